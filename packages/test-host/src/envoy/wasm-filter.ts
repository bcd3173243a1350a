import type { WasmFilterConfig } from "../gateway/config.ts";
import type { Message } from "./message.ts";
import { decodeBase64, readPluginConfiguration } from "./plugin-configuration.ts";
import { readTyped } from "./typed.ts";
import type { Value } from "./value.ts";

export const WASM_TYPE = "envoy.extensions.filters.http.wasm.v3.Wasm";

/** Reads the file that a configuration names. What it throws becomes a problem at that place. */
export type LoadFile = (filename: string) => { bytes: Uint8Array; path: string };

type Code = WasmFilterConfig["code"];

/** The `typed_config` of a wasm HTTP filter, as the message itself or inside a TypedStruct. */
export function readWasmFilter(
  typedConfig: Value,
  name: string,
  loadFile: LoadFile,
): WasmFilterConfig | undefined {
  return readTyped(typedConfig, WASM_TYPE, "Wasm", (wasm) =>
    wasm.required("config")?.message("PluginConfig", (message) => readPlugin(message, name, loadFile)),
  );
}

function readPlugin(message: Message, name: string, loadFile: LoadFile): WasmFilterConfig | undefined {
  const vm = message.required("vm_config")?.message("VmConfig", (vmConfig) => readVm(vmConfig, loadFile));
  const plugin = {
    name,
    pluginName: message.optional("name")?.string() ?? "",
    rootId: message.optional("root_id")?.string() ?? "",
    configuration: readPluginConfiguration(message.optional("configuration")),
    ...readFailurePolicy(message),
    ...(message.optional("allow_on_headers_stop_iteration")?.boolean() && {
      allowOnHeadersStopIteration: true,
    }),
    ...readCapabilities(message),
  };
  return vm?.code && { ...plugin, ...vm, code: vm.code };
}

function readVm(message: Message, loadFile: LoadFile) {
  message.optional("runtime")?.oneOf(["envoy.wasm.runtime.v8"], "use envoy.wasm.runtime.v8");
  return {
    vmId: message.optional("vm_id")?.string() ?? "",
    vmConfiguration: readPluginConfiguration(message.optional("configuration")),
    code: message
      .required("code")
      ?.message("AsyncDataSource", (source) =>
        source.required("local")?.message("DataSource", (local) => readCode(local, loadFile)),
      ),
    ...readEnvironment(message),
  };
}

type Failure = Pick<WasmFilterConfig, "failOpen" | "failurePolicy" | "reloadBackoffMs">;

function readFailurePolicy(message: Message): Failure {
  const failOpen = message.optional("fail_open")?.boolean() ?? false;
  const policy = message.optional("failure_policy");
  const words = ["FAIL_OPEN", "FAIL_CLOSED", "FAIL_RELOAD", "UNSPECIFIED"] as const;
  const word = policy?.oneOf(words, "use FAIL_CLOSED, FAIL_OPEN or FAIL_RELOAD") ?? "UNSPECIFIED";
  if (failOpen && word !== "UNSPECIFIED")
    policy?.problem("fail_open is there as well; Envoy takes only one of the two");
  const backoff = message
    .optional("reload_config")
    ?.message("ReloadConfig", (reload) =>
      reload.optional("backoff")?.message("BackoffStrategy", readBackoff),
    );
  return {
    failOpen,
    ...(word !== "UNSPECIFIED" && { failurePolicy: word }),
    ...(backoff !== undefined && { reloadBackoffMs: backoff }),
  };
}

/** Only the base interval counts: Envoy does not let a plugin's back-off grow. */
function readBackoff(message: Message): number | undefined {
  message.optional("max_interval")?.duration();
  const interval = message.required("base_interval");
  const milliseconds = interval?.duration();
  return milliseconds === 0 || milliseconds === 1
    ? interval?.problem(
        "must be 0.002s or more: with 1 ms Envoy crashes at the first reload (division by zero)",
      )
    : milliseconds;
}

function readCapabilities(message: Message): Pick<WasmFilterConfig, "allowedCapabilities"> {
  const allowed = message
    .optional("capability_restriction_config")
    ?.message("CapabilityRestrictionConfig", (restriction) => restriction.optional("allowed_capabilities"));
  const names = allowed?.members()?.map(([name, value]) => {
    value.message("SanitizationConfig", () => undefined);
    return name;
  });
  return names === undefined || names.length === 0 ? {} : { allowedCapabilities: names };
}

/** Variables of this process under `host_env_keys`; names that it does not have are left out, as in Envoy. */
function readEnvironment(message: Message): Pick<WasmFilterConfig, "environment"> {
  return (
    message.optional("environment_variables")?.message("EnvironmentVariables", (variables) => {
      const environment: Record<string, string> = {};
      const add = (at: Value, name: string, value: string | undefined) => {
        if (name in environment) at.problem(`${name} is there twice; Envoy takes a name once`);
        if (value !== undefined) environment[name] = value;
      };
      for (const key of variables.optional("host_env_keys")?.list() ?? []) {
        const name = key.string();
        if (name !== undefined) add(key, name, process.env[name]);
      }
      for (const [name, value] of variables.optional("key_values")?.members() ?? [])
        add(value, name, value.string());
      return { environment };
    }) ?? {}
  );
}

function readCode(message: Message, loadFile: LoadFile): Code | undefined {
  const [kind, value] = message.oneOf(["filename", "inline_bytes", "inline_string"]) ?? [];
  const text = value?.string();
  if (text === undefined) return undefined;
  if (kind === "inline_bytes") {
    const bytes = decodeBase64(value!, text);
    return bytes && { bytes };
  }
  if (kind === "inline_string") return { bytes: Buffer.from(text) };
  try {
    return loadFile(text);
  } catch (error) {
    return value!.problem((error as Error).message);
  }
}
