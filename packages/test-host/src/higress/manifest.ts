import { createHash } from "node:crypto";
import { ConfigDocument } from "../envoy/document.ts";
import type { Message } from "../envoy/message.ts";
import { ConfigError } from "../envoy/problems.ts";
import { Value } from "../envoy/value.ts";
import type { LoadFile } from "../envoy/wasm-filter.ts";
import type { WasmFilterConfig } from "../gateway/config.ts";
import { pluginConfiguration, type MatchNames } from "./plugin-config.ts";
import { keysOf } from "./keys.ts";

const API_VERSION = "extensions.higress.io/v1alpha1";
/** Where the controller puts every plugin, whatever its manifest's namespace is. */
const NAMESPACE = "higress-system";
/** In the order in which requests meet them. */
const PHASES = ["AUTHN", "AUTHZ", "STATS", "UNSPECIFIED_PHASE"] as const;

/** A manifest that was refused. */
export class ManifestError extends ConfigError {
  override readonly name = "ManifestError";
  readonly code = "plugin-manifest";
}

/** One `WasmPlugin`, as the gateway gets it from the Higress controller. */
export interface PluginManifest extends MatchNames {
  /** `metadata.name`. */
  name: string;
  /** Absent: neither defaults nor a rule are left, so the controller leaves the plugin out. */
  filter?: WasmFilterConfig;
  /** What the controller does that its author may not expect, a sentence each. */
  notes: string[];
}

/**
 * Reads the `WasmPlugin` resources of a file (YAML documents), in the order in which requests meet them: by phase, then
 * by falling priority, then by name. Unknown keys are refused. Source: alibaba/higress, `convertIstioWasmPlugin`.
 *
 * @param loadModule reads what `url` names; `file://` is taken off
 * @throws {ManifestError} with every problem, each with its line and path
 */
export function readManifests(text: string, file: string, loadModule: LoadFile): PluginManifest[] {
  const documents = ConfigDocument.all(text);
  const read = documents.flatMap((document) => {
    if (document.problems.length > 0) return [];
    return readWasmPlugin(new Value(document, document.root, ""), loadModule) ?? [];
  });
  const problems = documents.flatMap((document) => document.problems);
  const names = read.map(({ manifest }) => manifest.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    problems.push({
      line: 1,
      path: "metadata.name",
      message: `${JSON.stringify(twice)} is there twice; rename one`,
    });
  if (documents.length === 0)
    problems.push({ line: 1, path: "(root)", message: "holds nothing; write a WasmPlugin resource" });
  if (problems.length > 0) throw new ManifestError(file, problems);
  return read
    .sort(
      (a, b) => a.phase - b.phase || b.priority - a.priority || (a.manifest.name < b.manifest.name ? -1 : 1),
    )
    .map(({ manifest }) => manifest);
}

interface Read {
  manifest: PluginManifest;
  phase: number;
  priority: number;
}

function readWasmPlugin(root: Value, loadModule: LoadFile): Read | undefined {
  return root.message("WasmPlugin", (message) => {
    keysOf(message, ["apiVersion", "kind", "metadata", "spec", "status"]);
    message.required("api_version")?.oneOf([API_VERSION], `write ${API_VERSION}`);
    message.required("kind")?.oneOf(["WasmPlugin"], "write WasmPlugin, or leave this resource out");
    const name = message.required("metadata")?.message("ObjectMeta", (metadata) => {
      metadata.leaveTheRest();
      return metadata.required("name")?.string();
    });
    const spec = message.required("spec");
    return name === undefined
      ? undefined
      : spec?.message("WasmPluginSpec", (it) => readSpec(it, name, loadModule));
  });
}

function readSpec(spec: Message, name: string, loadModule: LoadFile): Read {
  keysOf(spec, [
    "url",
    "sha256",
    "imagePullPolicy",
    "imagePullSecret",
    "verificationKey",
    "pluginName",
    "pluginConfig",
    "phase",
    "priority",
    "failStrategy",
    "vmConfig",
    "defaultConfig",
    "defaultConfigDisable",
    "matchRules",
  ]);
  for (const unused of ["image_pull_policy", "image_pull_secret", "verification_key"]) spec.optional(unused);
  const phase = spec.optional("phase")?.oneOf(PHASES, `use ${PHASES.join(", ")}`) ?? "UNSPECIFIED_PHASE";
  const priority = spec.optional("priority")?.integer(-(2 ** 31), 2 ** 31 - 1) ?? -Infinity;
  const strategies = ["FAIL_CLOSE", "FAIL_OPEN"] as const;
  const strategy = spec.optional("fail_strategy")?.oneOf(strategies, `use ${strategies.join(" or ")}`);
  const rootId = spec.optional("plugin_name")?.string() ?? "";
  const environment = spec.optional("vm_config")?.message("VmConfig", readEnvironment);
  const { configuration, ...rest } = pluginConfiguration(spec);
  const code = readCode(spec, loadModule);
  const manifest: PluginManifest = { name, ...rest };
  if (configuration !== undefined && code !== undefined) {
    manifest.filter = {
      name: `${NAMESPACE}.${name}`,
      pluginName: `${NAMESPACE}.${name}`,
      rootId,
      vmId: "",
      code,
      vmConfiguration: new Uint8Array(),
      configuration: Buffer.from(configuration),
      failOpen: strategy === "FAIL_OPEN",
      ...(environment && { environment }),
    };
  }
  return { manifest, phase: PHASES.indexOf(phase), priority };
}

function readCode(spec: Message, loadModule: LoadFile): WasmFilterConfig["code"] | undefined {
  const at = spec.required("url");
  const url = at?.string();
  const wanted = spec.optional("sha256")?.string();
  if (url === undefined) return undefined;
  try {
    const code = loadModule(url.replace(/^file:\/\//, ""));
    const digest = createHash("sha256").update(code.bytes).digest("hex");
    if (wanted !== undefined && wanted !== digest)
      spec.optional("sha256")!.problem(`${code.path} has ${digest}; the gateway would refuse the module`);
    return code;
  } catch (error) {
    return at!.problem((error as Error).message);
  }
}

/** `env`: of the manifest, or with `valueFrom: HOST` of the gateway's process; one that it does not have is left out. */
function readEnvironment(config: Message): Record<string, string> {
  keysOf(config, ["env"]);
  const environment: Record<string, string> = {};
  for (const item of config.optional("env")?.list() ?? []) {
    item.message("EnvVar", (variable) => {
      keysOf(variable, ["name", "value", "valueFrom"]);
      const name = variable.required("name")?.string() ?? "";
      const text = variable.optional("value")?.string() ?? "";
      const from = variable.optional("value_from")?.oneOf(["INLINE", "HOST"] as const, "use INLINE or HOST");
      const value = from === "HOST" ? process.env[name] : text;
      if (value !== undefined) environment[name] = value;
    });
  }
  return environment;
}
