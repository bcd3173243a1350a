import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEnvoyConfig, serve, type LiveGateway, type LogLine } from "@gateway-plugins/test-host/live";
import { type WasmFilterText, wasmFilter } from "./bootstrap.ts";
import { type Envoy, startEnvoyWith } from "./envoy.ts";
import { wireFile } from "./wire/wire-file.ts";

export interface ListenerText {
  name: string;
  filters: readonly WasmFilterText[];
  /** More fields of the HttpConnectionManager, for Envoy alone: what the live gateway does by itself. */
  onEnvoy?: object;
}

/** The same file run by a real Envoy and by the live gateway. */
export interface Both {
  envoy: Envoy;
  live: LiveGateway;
  portOn(gateway: "envoy" | "live", listener: string): number;
  /** Everything that plugins logged so far, prefix included; the first line of each message. */
  logOf(gateway: "envoy" | "live"): string[];
  stop(): Promise<void>;
}

/** Starts both. `upstream` is `address:port`; so are the values of `clusters`. */
export async function startBoth(
  listeners: readonly ListenerText[],
  upstream: string,
  clusters: readonly object[] = [],
): Promise<Both> {
  const folder = await mkdtemp(join(tmpdir(), "both-"));
  const logFile = join(folder, "access.log");
  await writeFile(logFile, "");
  const file = (gateway: "envoy" | "live"): string => {
    const texts = listeners.map(({ name, filters, onEnvoy = {} }, index) => ({
      name,
      filters: filters.map(wasmFilter),
      clusters: index === 0 ? clusters : [],
      manager: { access_log: [], ...(gateway === "envoy" && onEnvoy) },
      cases: [],
    }));
    return wireFile(texts, upstream, logFile);
  };
  const names = listeners.map(({ name }) => name);
  const envoy = await startEnvoyWith(file("envoy"), names);
  const lines: LogLine[] = [];
  const live = await serve(readEnvoyConfig(file("live")), {
    profile: "envoy",
    logLevel: "debug",
    onLog: (line) => void lines.push(line),
  });
  return {
    envoy,
    live,
    portOn: (gateway, listener) =>
      gateway === "live" ? live.listeners[listener]!.port : envoy.ports[names.indexOf(listener)]!,
    logOf: (gateway) =>
      gateway === "envoy"
        ? envoy.wasmLog().map((line) => line.replace(/^.*?(wasm log)/, "$1"))
        : lines.filter(({ source }) => source === "guest").map(({ line }) => line.split("\n", 1)[0]!),
    async stop() {
      await live.close();
      await envoy.stop();
      await rm(folder, { recursive: true });
    },
  };
}
