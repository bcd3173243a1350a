import {
  startEchoServer,
  writeBootstrap,
  type EchoServer,
  type Endpoint,
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

/** Gives the built-in echo upstream a socket, where a real Envoy finds it. */
class Echoes {
  #server: Promise<EchoServer> | undefined;

  async locate(endpoint: Endpoint): Promise<{ address: string; port: number }> {
    if ("port" in endpoint) return endpoint;
    const { address, port } = await (this.#server ??= startEchoServer());
    return { address, port };
  }

  async close(): Promise<void> {
    await (await this.#server)?.close();
  }
}
