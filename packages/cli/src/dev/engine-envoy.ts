import {
  echo,
  serve,
  writeBootstrap,
  type Endpoint,
  type LiveGateway,
} from "@gateway-plugins/test-host/live";
import { UsageError, type Arguments } from "../command.ts";
import type { InputKind } from "./flags.ts";
import { envoyFile } from "./envoy-file.ts";
import { findEnvoy } from "./find-envoy.ts";
import { higressOnly } from "./higress-only.ts";
import type { Input } from "./input.ts";
import { print, printError } from "../terminal.ts";
import { runEnvoy } from "./run-envoy.ts";
import { pairsOf, type Targets } from "./targets.ts";

const ANY_PORT = { address: "127.0.0.1", port: 0 };

/** Serves what the arguments name with a real Envoy, which has to be installed. */
export async function serveWithEnvoy(
  given: Arguments,
  kind: InputKind,
  input: Input,
  targets: Targets,
): Promise<void> {
  for (const flag of ["profile", "trace"]) {
    if (given.on(flag) || given.value(flag) !== undefined)
      throw new UsageError(`--${flag} does not go with --engine envoy: only the built-in engine knows it.`);
  }
  const executable = findEnvoy();
  const echoes = new Echoes();
  try {
    const bootstrap =
      kind === "envoy" ? await fromFile(given, targets, echoes) : await fromInput(input, echoes);
    for (const sentence of higressOnly(bootstrap)) printError(sentence);
    await runEnvoy(executable, bootstrap, given.value("log-level") ?? "info");
  } finally {
    await echoes.close();
  }
}

async function fromFile(given: Arguments, targets: Targets, echoes: Echoes): Promise<object> {
  const clusters = new Map<string, { address: string; port: number }>();
  for (const [name, target] of pairsOf(given, "cluster"))
    clusters.set(name, await echoes.locate(await targets.resolve(target, "--cluster", name)));
  return envoyFile(given.positionals[0]!, {
    host: given.value("host") ?? "127.0.0.1",
    modules: new Map(pairsOf(given, "wasm")),
    clusters,
  });
}

async function fromInput(input: Input, echoes: Echoes): Promise<object> {
  const { config, notes } = await input.read(() => undefined);
  for (const note of notes) print(note);
  const places = new Map<Endpoint, { address: string; port: number }>();
  for (const endpoint of config.clusters.flatMap((cluster) => cluster.endpoints))
    places.set(endpoint, await echoes.locate(endpoint));
  return writeBootstrap(config, (endpoint) => places.get(endpoint));
}

/** Gives the built-in echo upstream a socket, by serving it through a gateway without plugins. */
class Echoes {
  #live: Promise<LiveGateway> | undefined;

  async locate(endpoint: Endpoint): Promise<{ address: string; port: number }> {
    if ("port" in endpoint) return endpoint;
    const route = { name: "echo", match: { prefix: "/" }, action: { cluster: "echo" }, timeoutMs: 0 };
    const listener = {
      name: "echo",
      address: ANY_PORT,
      virtualHosts: [{ name: "all", domains: ["*"], routes: [route] }],
      filters: [],
    };
    const clusters = [{ name: "echo", connectTimeoutMs: 1000, endpoints: [{ handler: echo }] }];
    this.#live ??= serve({ listeners: [listener], clusters }, { profile: "envoy" });
    return (await this.#live).listeners["echo"]!;
  }

  async close(): Promise<void> {
    await (await this.#live)?.close();
  }
}
