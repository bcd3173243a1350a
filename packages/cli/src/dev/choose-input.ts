import { readFileSync } from "node:fs";
import { UsageError, type Arguments } from "../command.ts";
import { FLAGS, restrictionOf, usageOf, type InputKind } from "./flags.ts";
import { fromEnvoy } from "./from-envoy.ts";
import { fromFolder } from "./from-folder.ts";
import { fromManifest } from "./from-manifest.ts";
import { fromPlugins } from "./from-plugins.ts";
import { gatewayFlags } from "./gateway-flags.ts";
import type { Input } from "./input.ts";
import { pairsOf, type Targets } from "./targets.ts";

/** Reads what the arguments name; checks that the flags go with it. */
export function chooseInput(given: Arguments, kind: InputKind, targets: Targets): Input {
  const files = given.positionals;
  for (const flag of FLAGS) {
    const isGiven = flag.value === undefined ? given.on(flag.name) : given.value(flag.name) !== undefined;
    if (isGiven && flag.only?.includes(kind) === false)
      throw new UsageError(
        `--${flag.name} does not go with ${files[0] ?? "a plugin's folder"}: ${restrictionOf(flag)}.`,
      );
    if (flag.mayBeEmpty !== true && given.values(flag.name).includes(""))
      throw new UsageError(`--${flag.name} is empty: write ${usageOf(flag)}.`);
  }
  const configs = given.values("config");
  if (kind === "envoy") {
    const clusters = pairsOf(given, "cluster");
    return fromEnvoy(files[0]!, clusters, pairsOf(given, "wasm"), targets);
  }
  const flags = gatewayFlags(given);
  if (kind === "manifest") {
    return fromManifest(files[0]!, pairsOf(given, "wasm"), flags, targets);
  }
  if (kind === "modules") return fromPlugins(files, configs, flags, targets);
  return fromFolder(process.cwd(), given.on("release") ? "release" : "debug", configs, flags, targets);
}

export function kindOf(files: string[]): InputKind {
  if (files.length === 0) return "folder";
  const modules = files.filter((file) => file.endsWith(".wasm"));
  if (modules.length === files.length) return "modules";
  if (modules.length > 0 || files.length > 1)
    throw new UsageError("Name one envoy.yaml or manifest, or plugins (.wasm), not both.");
  return isManifest(files[0]!) ? "manifest" : "envoy";
}

/** A file that cannot be read is told so where it is read as an envoy.yaml. */
function isManifest(file: string): boolean {
  try {
    return /^ *"?kind"?: *"?WasmPlugin"?,? *$/m.test(readFileSync(file, "utf8"));
  } catch {
    return false;
  }
}
