import type { WasmFilterConfig } from "../gateway/config.ts";
import type { Message } from "./message.ts";
import { peekType, readTyped } from "./typed.ts";
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
  const vm = message.required("vm_config")?.message("VmConfig", (vmConfig) => {
    vmConfig.optional("runtime")?.oneOf(["envoy.wasm.runtime.v8"], "use envoy.wasm.runtime.v8");
    return {
      vmId: vmConfig.optional("vm_id")?.string() ?? "",
      vmConfiguration: readConfiguration(vmConfig.optional("configuration")),
      code: vmConfig
        .required("code")
        ?.message("AsyncDataSource", (source) =>
          source.required("local")?.message("DataSource", (local) => readCode(local, loadFile)),
        ),
    };
  });
  const plugin = {
    name,
    pluginName: message.optional("name")?.string() ?? "",
    rootId: message.optional("root_id")?.string() ?? "",
    configuration: readConfiguration(message.optional("configuration")),
    failOpen: readFailOpen(message),
  };
  return vm?.code && { ...plugin, ...vm, code: vm.code };
}

function readFailOpen(message: Message): boolean {
  const failOpen = message.optional("fail_open")?.boolean() ?? false;
  const policy = message.optional("failure_policy");
  if (policy === undefined) return failOpen;
  if (failOpen) policy.problem("fail_open is there as well; Envoy takes only one of the two");
  const words = ["FAIL_OPEN", "FAIL_CLOSED", "UNSPECIFIED"] as const;
  return policy.oneOf(words, "use FAIL_OPEN or FAIL_CLOSED") === "FAIL_OPEN";
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

/** What a plugin's configuration is in bytes: a StringValue is taken as it is, absent is empty. */
function readConfiguration(any: Value | undefined): Uint8Array {
  const empty = new Uint8Array();
  if (any === undefined) return empty;
  const type = peekType(any);
  if (type === "google.protobuf.StringValue") {
    const text = readTyped(any, type, "StringValue", (message) => message.optional("value")?.string());
    return Buffer.from(text ?? "");
  }
  if (type === "google.protobuf.BytesValue") {
    return readTyped(any, type, "BytesValue", readBytes) ?? empty;
  }
  any.message("Any", (message) => {
    message.leaveTheRest();
    any.problem(
      type === undefined
        ? '@type is missing; write "@type": type.googleapis.com/google.protobuf.StringValue'
        : `${type} reaches a plugin as protobuf bytes, not JSON, which is not simulated; ` +
            "write it as a google.protobuf.StringValue",
    );
  });
  return empty;
}

function readBytes(message: Message): Uint8Array | undefined {
  const value = message.optional("value");
  const text = value?.string();
  return text === undefined ? undefined : decodeBase64(value!, text);
}

function decodeBase64(at: Value, text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text.replace(/\s/g, ""))) return at.problem("is not base64");
  return Buffer.from(text, "base64");
}
