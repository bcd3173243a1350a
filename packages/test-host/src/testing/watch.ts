import { AsyncLocalStorage } from "node:async_hooks";
import type { TestGateway } from "./test-gateway.ts";

type Collection = TestGateway[];

/** Per test, so that tests may run at the same time. */
const collections = new AsyncLocalStorage<Collection>();
let outside: Collection | undefined;

/** Told of every gateway that starts. */
export function watchGateway(gateway: TestGateway): void {
  (collections.getStore() ?? outside)?.push(gateway);
}

/** Collects the gateways that start inside of `run`. */
export async function collectGateways(run: () => Promise<void>): Promise<TestGateway[]> {
  const collection: Collection = [];
  await collections.run(collection, run);
  return collection;
}

/** For a `run` that what it waits for does not run inside of: one at a time. */
export async function collectAllGateways(run: () => Promise<void>): Promise<TestGateway[]> {
  const collection: Collection = [];
  outside = collection;
  await run();
  outside = undefined;
  return collection;
}
