import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { locateEnvoy } from "@gateway-plugins/cli/dist/dev/find-envoy.js";
import { milliseconds, pluginFile, type Row } from "./row.ts";

/** Not redis-ratelimit: it asks for host functions that only Higress has. */
const PLUGINS: [name: string, configuration: string][] = [
  ["hello-world", ""],
  ["mock-response", '{"mockEnable":true}'],
  ["http-call", '{"tokenHeader":"x-token","requestPath":"/auth","serviceName":"auth.dns"}'],
];
const MORE = 50;
const TYPES = "type.googleapis.com/envoy.extensions.filters";
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
  const filters = Array.from({ length: copies }, (_, copy) => {
    // V8 shares what it has compiled, so each copy is a module of its own: with a custom section, named by one byte.
    const filename = join(folder, `${copy}.wasm`);
    writeFileSync(filename, Buffer.concat([module, Buffer.from([0, 2, 1, copy])]));
    return wasmFilter(`copy-${copy}`, filename, configuration);
  });
  writeFileSync(config, JSON.stringify(bootstrap(filters)));
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

/** Source: proc(5), fields 14 and 15 of `stat`. */
function cpuTime(pid: number): number {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, "latin1").split(" ").slice(13, 15).map(Number);
  return (user! + system!) * TICK_MS;
}

function wasmFilter(name: string, filename: string, configuration: string): object {
  const value = { "@type": "type.googleapis.com/google.protobuf.StringValue", value: configuration };
  const code = { local: { filename } };
  const vm_config = { vm_id: name, runtime: "envoy.wasm.runtime.v8", code };
  const config = { name, root_id: name, configuration: value, vm_config };
  return { name, typed_config: { "@type": `${TYPES}.http.wasm.v3.Wasm`, config } };
}

function bootstrap(filters: object[]): object {
  const any = { socket_address: { address: "127.0.0.1", port_value: 0 } };
  const router = { name: "router", typed_config: { "@type": `${TYPES}.http.router.v3.Router` } };
  const manager = {
    "@type": `${TYPES}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: "load",
    route_config: { virtual_hosts: [] },
    http_filters: [...filters, router],
  };
  const filter_chains = [{ filters: [{ name: "http", typed_config: manager }] }];
  return {
    admin: { address: any },
    static_resources: { listeners: [{ name: "load", address: any, filter_chains }] },
  };
}
