import type { TestGateway } from "./test-gateway.ts";

let watcher: ((gateway: TestGateway) => void) | undefined;

/** Told of every gateway that starts while a test runs. */
export function watchGateway(gateway: TestGateway): void {
  watcher?.(gateway);
}

/** Collects the gateways that start from now on; call `stop` for the list. */
export function collectGateways(): { stop(): TestGateway[] } {
  const started: TestGateway[] = [];
  const outer = watcher;
  watcher = (gateway) => started.push(gateway);
  return {
    stop() {
      watcher = outer;
      return started;
    },
  };
}
