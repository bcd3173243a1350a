import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { locateEnvoy } from "@gateway-plugins/cli/dist/dev/find-envoy.js";
import { writeBootstrap, type WasmFilterConfig } from "@gateway-plugins/test-host/live";
import { distinctModule, milliseconds, pluginFile, type Row } from "./row.ts";

/** Not redis-ratelimit: it asks for host functions that only Higress has. */
const PLUGINS: [name: string, configuration: string][] = [
  ["hello-world", ""],
  ["mock-response", '{"mockEnable":true}'],
  ["http-call", '{"tokenHeader":"x-token","requestPath":"/auth","serviceName":"auth.dns"}'],
];
const MORE = 50;
const ANY_PORT = { address: "127.0.0.1", port: 0 };
const TICK_MS = 10;
const POLL_MS = 100;

/** CPU time that a real Envoy takes for each plugin it starts with. */
export async function loads(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "envoy-load-"));
  const rows: Row[] = [];
  try {
    for (const [name, configuration] of PLUGINS) {
      const module = readFileSync(pluginFile(name));
      const one = await startTime(folder, module, configuration, 1);
      const many = await startTime(folder, module, configuration, 1 + MORE);
      const bytes = module.length.toLocaleString("en");
      rows.push({ what: `${name}, ${bytes} bytes`, figure: milliseconds((many - one) / MORE) });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return rows;
}

/** CPU time of an Envoy, from its start until it has nothing more to do. */
async function startTime(
  folder: string,
  module: Buffer,
  configuration: string,
  copies: number,
): Promise<number> {
  const [config, admin] = [join(folder, "envoy.json"), join(folder, "admin")];
  rmSync(admin, { force: true });
  const filters = Array.from({ length: copies }, (_, copy) => filterOf(folder, module, configuration, copy));
  const listeners = [{ name: "load", address: ANY_PORT, virtualHosts: [], filters }];
  writeFileSync(config, JSON.stringify(writeBootstrap({ listeners, clusters: [], admin: ANY_PORT })));
  const flags = ["--use-dynamic-base-id", "--concurrency", "1", "--log-level", "critical"];
  const envoy = spawn(locateEnvoy() ?? "envoy", ["-c", config, "--admin-address-path", admin, ...flags], {
    stdio: "ignore",
  });
  const ended = once(envoy, "close");
  try {
    for (let [before, now] = [-1, 0]; !existsSync(admin) || now > before;) {
      await setTimeout(POLL_MS);
      if (envoy.exitCode !== null) throw new Error(`Envoy ended (${envoy.exitCode}) instead of starting`);
      [before, now] = [now, cpuTime(envoy.pid!)];
    }
    return cpuTime(envoy.pid!);
  } finally {
    envoy.kill("SIGKILL");
    await ended;
  }
}

/** A plugin of its own, in a virtual machine of its own. */
function filterOf(folder: string, module: Buffer, configuration: string, copy: number): WasmFilterConfig {
  const [name, path] = [`copy-${copy}`, join(folder, `${copy}.wasm`)];
  const bytes = distinctModule(module, copy);
  writeFileSync(path, bytes);
  return {
    name,
    pluginName: name,
    rootId: name,
    vmId: name,
    code: { bytes, path },
    vmConfiguration: new Uint8Array(),
    configuration: Buffer.from(configuration),
    failOpen: false,
  };
}

/** Source: proc(5), fields 14 and 15 of `stat`. */
function cpuTime(pid: number): number {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, "latin1").split(" ").slice(13, 15).map(Number);
  return (user! + system!) * TICK_MS;
}
