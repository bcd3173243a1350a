import { GatewayError } from "../gateway/gateway-error.ts";
import type { Profile } from "../profile/profile.ts";
import { CALLBACKS, isCallback } from "./callbacks.ts";
import { readModuleInterface, type ModuleInterface } from "./module-interface.ts";
import { RestrictedCall } from "./host-function.ts";
import { SourcePositions } from "./source-positions.ts";
import type { GuestTrap } from "./trap.ts";

/** Known to every gateway, and older than what this host simulates. */
const OLD_MARKER = "proxy_abi_version_0_1_0";
/** Known to every gateway; the same as 0.2.1 but for the host functions that came later. */
const MARKER_0_2_0 = "proxy_abi_version_0_2_0";
const SINCE_0_2_1 = "env.proxy_get_log_level";
/** V8's limit in gateways, in pages of 64 KiB: 1 GiB. */
const MAX_MEMORY_PAGES = 16_384;

/** A module that this profile can run: compiled once, instantiated for every VM. */
export interface LoadedModule {
  module: WebAssembly.Module;
  interface: ModuleInterface;
  /** The ABI marker that decides, e.g. `proxy_abi_version_0_2_1`. */
  marker: string;
  positions: SourcePositions;
}

/**
 * Compiles and checks a module as the profile's gateway does when it loads a plugin.
 *
 * @param path where the bytes came from, for messages and the source map
 * @throws GatewayError `module-refused`, with the gateway's own log line and what to do
 */
export function loadModule(bytes: Uint8Array, path: string | undefined, profile: Profile): LoadedModule {
  const refuse = (message: string, hint: string): never => {
    throw new GatewayError("module-refused", `${path ?? "The module"}: ${message}`, { hint });
  };
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(new Uint8Array(bytes));
  } catch (error) {
    return refuse(
      `Failed to parse corrupted Wasm module: ${(error as Error).message}`,
      "Give it the binary that the compiler wrote (.wasm), not text or an archive.",
    );
  }
  const shape = readModuleInterface(bytes);
  const known = shape.exports.find(
    (entry) => entry.kind === "func" && [...profile.markers, MARKER_0_2_0, OLD_MARKER].includes(entry.name),
  );
  if (known?.name === OLD_MARKER) {
    refuse(
      `exports ${known.name}, an ABI version that this host does not simulate yet`,
      `A real gateway would load it; export ${profile.markers.join(" or ")} to run here.`,
    );
  }
  if (known === undefined) {
    const near = shape.exports.filter((entry) => entry.name.startsWith("proxy_abi_version_"));
    refuse(
      "Wasm VM failed Missing or unknown Proxy-Wasm ABI version",
      `Export a function named ${profile.markers.join(" or ")}` +
        (near.length > 0
          ? `; the module has ${near.map((entry) => `${entry.name} (${entry.kind})`).join(", ")}.`
          : "."),
    );
  }
  const marker = known!.name;
  checkImports(shape, marker, profile, refuse);
  checkExports(shape, profile, refuse);
  return { module, interface: shape, marker, positions: new SourcePositions(path, module) };
}

/** For an error that came out of the module's start section, which runs before a gateway is ready for it. */
export function refusedInStartSection(trap: GuestTrap, error: unknown): GatewayError {
  return error instanceof RestrictedCall
    ? new GatewayError(
        "module-refused",
        `The module's start section calls ${error.function}: Envoy crashes at load (SIGSEGV)`,
        { hint: "Build with --exportStart _initialize, so that start code runs when the host is ready." },
      )
    : new GatewayError("module-refused", `Failed to create new Wasm instance: ${trap.message}`, {
        hint: "The module's start section fails. Build with --exportStart _initialize to see more of it.",
      });
}

type Refuse = (message: string, hint: string) => never;

function checkImports(shape: ModuleInterface, marker: string, profile: Profile, refuse: Refuse): void {
  const functions = shape.imports.map((entry) => ({ ...entry, key: `${entry.module}.${entry.name}` }));
  for (const entry of functions) {
    if (entry.kind === "memory" || entry.kind === "table") continue;
    const isLater = marker === MARKER_0_2_0 && entry.key === SINCE_0_2_1;
    const host = isLater ? undefined : profile.hostFunctions.get(entry.key);
    if (host === undefined || entry.kind !== "func") {
      refuse(
        `Failed to load Wasm module due to a missing import: ${entry.key}`,
        (isLater
          ? "It came with ABI 0.2.1: export proxy_abi_version_0_2_1."
          : profile.importHint(entry.key)) ??
          "Build the module so that it imports host functions of this gateway only.",
      );
    } else if (host.signature !== entry.signature) {
      refuse(
        `Failed to load Wasm module due to an import type mismatch: ${entry.key}, want: ${entry.signature}, ` +
          `but host exports: ${host.signature}`,
        "Declare the import with the parameters that the ABI gives it.",
      );
    }
  }
}

function checkExports(shape: ModuleInterface, profile: Profile, refuse: Refuse): void {
  const exports = new Map(shape.exports.map((entry) => [entry.name, entry]));
  for (const entry of shape.exports) {
    if (entry.kind !== "func" || !isCallback(entry.name) || !profile.knowsCallback(entry.name)) continue;
    const wanted = CALLBACKS[entry.name];
    if (entry.signature !== wanted) {
      refuse(
        `Bad function signature for: ${entry.name}, want: ${wanted}, but the module exports: ${entry.signature}`,
        "Export it with the parameters of the ABI, or under another name if it is not that callback.",
      );
    }
  }
  if (exports.get("malloc")?.kind !== "func" && exports.get("proxy_on_memory_allocate")?.kind !== "func") {
    refuse(
      "Wasm module is missing malloc function.",
      "Export an allocator, (size: i32) -> i32, as malloc or proxy_on_memory_allocate.",
    );
  }
  const imported = shape.imports.find((entry) => entry.kind === "memory");
  if (exports.get("memory")?.kind !== "memory" && imported === undefined) {
    refuse(
      "the module does not export its memory: Envoy crashes (SIGSEGV) at the first host call that reads or writes it",
      'Export the linear memory under the name "memory".',
    );
  }
  const pages = imported?.minimum ?? shape.memoryPages;
  if (pages > MAX_MEMORY_PAGES) {
    refuse(
      `Failed to create new Wasm instance: ${pages} pages of memory at the start, and gateways give ${MAX_MEMORY_PAGES} (1 GiB) at most`,
      "Build with a smaller initial memory.",
    );
  }
  const vector = shape.exports.find((entry) => entry.signature?.includes("v128"));
  if (vector !== undefined) {
    refuse(
      `the exported function ${vector.name} takes or returns a v128: Envoy crashes at load (SIGTRAP)`,
      "Do not export it; inside the module SIMD is fine.",
    );
  }
}
