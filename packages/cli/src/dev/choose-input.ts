import { UsageError, type Arguments } from "../command.ts";
import { FLAGS, placesOf, type InputKind } from "./flags.ts";
import { fromEnvoy } from "./from-envoy.ts";
import { fromFolder } from "./from-folder.ts";
import { fromPlugins } from "./from-plugins.ts";
import { gatewayFlags } from "./gateway-flags.ts";
import type { Input } from "./input.ts";
import { pairsOf, type Targets } from "./targets.ts";

/** What the arguments name, and with it which flags make sense. */
export function chooseInput(given: Arguments, targets: Targets): Input {
  const files = given.positionals;
  const kind = kindOf(files);
  for (const flag of FLAGS) {
    const isGiven = flag.value === undefined ? given.on(flag.name) : given.value(flag.name) !== undefined;
    if (isGiven && flag.only?.includes(kind) === false)
      throw new UsageError(
        `--${flag.name} goes with ${placesOf(flag)}, not with ${files[0] ?? "a plugin's folder"}.`,
      );
  }
  const configs = given.values("config");
  if (kind === "envoy") {
    const clusters = pairsOf("--cluster", given.values("cluster"));
    return fromEnvoy(files[0]!, clusters, pairsOf("--wasm", given.values("wasm")), targets);
  }
  const flags = gatewayFlags(given);
  if (kind === "modules") return fromPlugins(files, configs, flags, targets);
  return fromFolder(process.cwd(), given.on("release") ? "release" : "debug", configs, flags, targets);
}

function kindOf(files: string[]): InputKind {
  if (files.length === 0) return "folder";
  const modules = files.filter((file) => file.endsWith(".wasm"));
  if (modules.length === files.length) return "modules";
  if (modules.length > 0 || files.length > 1)
    throw new UsageError("Name one envoy.yaml, or plugins (.wasm), not both.");
  return "envoy";
}
