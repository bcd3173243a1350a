import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  LOG_LEVELS,
  serve,
  type GatewayConfig,
  type LogLevel,
  type ProfileName,
} from "@gateway-plugins/test-host/live";
import { Failure, UsageError, type Arguments, type Command } from "../command.ts";
import { configFromEnvoy } from "../dev/from-envoy.ts";
import { configFromPlugins } from "../dev/from-plugins.ts";
import { report } from "../dev/report.ts";
import { pairsOf, Targets } from "../dev/targets.ts";
import { untilStopped } from "../dev/until-stopped.ts";
import { compile } from "../plugin/compile.ts";
import { importsRedis } from "../plugin/inspect.ts";
import { readPluginFolder } from "../plugin/plugin-folder.ts";
import { print } from "../terminal.ts";

export const dev: Command = {
  name: "dev",
  summary: "serves plugins, or a whole envoy.yaml, on this machine",
  help: `Usage: gateway dev [envoy.yaml | plugin.wasm ...] [flags]

Without an argument: builds the plugin in this folder and serves it, with dev.json beside it
(keys config, redis, clusters) when there is one. Several plugins form a chain in their order.

  --config <json|@file>    configuration of a plugin; repeat it, one for each, in their order
  --upstream <url|echo>    where requests go (default echo, built in)
  --redis <url|memory>     Redis of plugins that use it (default memory, embedded)
  --cluster <name>=<url>   resolves a cluster, or a service a plugin's configuration names
  --wasm <name>=<file>     where a file that envoy.yaml names really is
  --port <number>          default 10000; not with envoy.yaml
  --admin-port <number>    default 9901; not with envoy.yaml
  --host <address>         default 127.0.0.1
  --profile <name>         envoy or higress; default higress when a plugin uses Redis, else envoy
  --log-level <name>       ${LOG_LEVELS.join(", ")}; default info`,
  options: {
    config: { type: "string", multiple: true },
    upstream: { type: "string" },
    redis: { type: "string" },
    cluster: { type: "string", multiple: true },
    wasm: { type: "string", multiple: true },
    port: { type: "string" },
    "admin-port": { type: "string" },
    host: { type: "string" },
    profile: { type: "string" },
    "log-level": { type: "string" },
  },
  run,
};

async function run(given: Arguments): Promise<number> {
  const targets = new Targets();
  try {
    const host = given.value("host");
    const profile = choose<ProfileName>(given, "profile", ["envoy", "higress"]);
    const logLevel = choose<LogLevel>(given, "log-level", LOG_LEVELS) ?? "info";
    const config = await readConfig(given, targets);
    const modules = config.listeners.flatMap((listener) =>
      listener.filters.map((filter) => filter.code.bytes),
    );
    const fitting = modules.some(importsRedis) ? "higress" : "envoy";
    const live = await serve(config, {
      profile: profile ?? fitting,
      logLevel,
      ...(host && { host }),
      ...report,
    });
    for (const { address, port } of Object.values(live.listeners)) {
      print(
        `Serving on http://${address}:${port} as ${profile ?? fitting}. Try: curl -i http://${address}:${port}/get`,
      );
    }
    if (live.admin) print(`Admin on http://${live.admin.address}:${live.admin.port}/help. Ctrl-C stops.`);
    await untilStopped(() => live.close());
    return 0;
  } finally {
    await targets.close();
  }
}

async function readConfig(given: Arguments, targets: Targets): Promise<GatewayConfig> {
  const clusters = pairsOf("--cluster", given.values("cluster"));
  const [first, ...more] = given.positionals;
  if (first !== undefined && !first.endsWith(".wasm")) {
    if (more.length > 0) throw new UsageError("Name one envoy.yaml, or plugins (.wasm), not both.");
    for (const flag of ["config", "upstream", "redis", "port", "admin-port"]) {
      if (given.value(flag) !== undefined)
        throw new UsageError(`--${flag} does not go with ${first}: write it in there.`);
    }
    const { config, notes } = await configFromEnvoy(
      first,
      clusters,
      pairsOf("--wasm", given.values("wasm")),
      targets,
    );
    for (const note of notes) print(note);
    return config;
  }
  const project = first === undefined ? await builtHere() : undefined;
  const files = project?.files ?? given.positionals;
  const configurations = given.values("config").map(readText);
  if (configurations.length > files.length) throw new UsageError("There are more --config than plugins.");
  const address = given.value("host") ?? "127.0.0.1";
  const { config, unresolved } = await configFromPlugins(
    {
      files,
      configurations: configurations.length > 0 ? configurations : (project?.configurations ?? []),
      clusters: [...(project?.clusters ?? []), ...clusters],
      upstream: given.value("upstream") ?? "echo",
      redis: given.value("redis") ?? project?.redis ?? "memory",
      address: { address, port: portOf(given, "port", 10000) },
      admin: { address, port: portOf(given, "admin-port", 9901) },
    },
    targets,
  );
  for (const name of unresolved)
    print(`The service ${name} has no target; give it one: --cluster ${name}=<url|echo>`);
  return config;
}

interface DevJson {
  config?: unknown;
  redis?: string;
  clusters?: Record<string, string>;
}

/** Builds the plugin in the working directory; its dev.json says how it is served. */
async function builtHere() {
  const plugin = readPluginFolder(process.cwd());
  await compile(plugin, { runtimes: ["minimal"], releaseOnly: true });
  const path = join(plugin.folder, "dev.json");
  const json = existsSync(path) ? parseJson<DevJson>(path) : {};
  return {
    files: [join(plugin.folder, plugin.releaseFile)],
    configurations: json.config === undefined ? [] : [JSON.stringify(json.config)],
    redis: json.redis,
    clusters: Object.entries(json.clusters ?? {}),
  };
}

function parseJson<T>(path: string): T {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch (error) {
    throw new Failure("file-unreadable", `${path}: ${(error as Error).message}`);
  }
}

function readText(value: string): string {
  if (!value.startsWith("@")) return value;
  try {
    return readFileSync(value.slice(1), "utf8");
  } catch {
    throw new UsageError(`--config ${value}: there is no readable file ${value.slice(1)}.`);
  }
}

function portOf(given: Arguments, flag: string, otherwise: number): number {
  const value = given.value(flag) ?? String(otherwise);
  if (!/^\d+$/.test(value) || Number(value) > 65_535) {
    throw new UsageError(`--${flag} is a port from 0 (any free one) to 65535, not ${JSON.stringify(value)}.`);
  }
  return Number(value);
}

function choose<T extends string>(given: Arguments, flag: string, words: readonly T[]): T | undefined {
  const value = given.value(flag);
  if (value === undefined || words.includes(value as T)) return value as T | undefined;
  throw new UsageError(`--${flag} is ${words.join(", ")}, not ${JSON.stringify(value)}.`);
}
