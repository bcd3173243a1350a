import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { GatewayError, loadModule, PROFILES, readModuleInterface } from "@gateway-plugins/test-host/live";
import { Failure } from "../command.ts";

/** What can be said about a module without running it. */
export interface Inspection {
  file: string;
  bytes: number;
  gzipBytes: number;
  /** `module.name`, in import order. */
  imports: string[];
  /** In export order: the first ABI marker a gateway knows decides. */
  exports: string[];
  /** Gateways that load it, e.g. `Envoy 1.40`. */
  gateways: string[];
  /** Why some gateway does not load it, empty when all do. */
  limits: string;
  /** What is wrong with it wherever it runs; empty for a good module. */
  problems: string[];
}

/** @throws Failure when the file cannot be read or is no wasm module */
export function inspect(file: string): Inspection {
  const bytes = readModule(file);
  if (!WebAssembly.validate(new Uint8Array(bytes))) {
    throw new Failure(
      "file-unreadable",
      `${file}: not a WebAssembly module. Give the binary that the compiler wrote.`,
    );
  }
  const shape = readModuleInterface(bytes);
  const onEnvoy = refusal(bytes, file, "envoy");
  const onHigress = refusal(bytes, file, "higress");
  const problems: string[] = [];
  if (onHigress !== undefined) problems.push(onHigress);
  if (shape.hasStartSection) {
    problems.push(
      "has a start section, which runs before a gateway is ready: build with --exportStart _initialize",
    );
  }
  for (const name of ["main", "_start"]) {
    if (shape.exports.some((entry) => entry.kind === "func" && entry.name === name)) {
      problems.push(
        `exports ${name}, which a gateway calls after (or instead of) _initialize: do not export it`,
      );
    }
  }
  return {
    file,
    bytes: bytes.length,
    gzipBytes: gzipSync(bytes, { level: 9 }).length,
    imports: shape.imports.map((entry) => `${entry.module}.${entry.name}`),
    exports: shape.exports.map((entry) => entry.name),
    gateways: [
      ...(onEnvoy === undefined ? ["Envoy 1.40", "Istio"] : []),
      ...(onHigress === undefined ? ["Higress"] : []),
    ],
    limits: onEnvoy === undefined || onHigress !== undefined ? "" : envoyLacks(shape.imports, onEnvoy),
    problems,
  };
}

/** `Envoy 1.40, Istio, Higress`, or `Higress only: imports proxy_redis_call`. */
export function loadsOn(it: Inspection): string {
  if (it.gateways.length === 0) return "no gateway";
  return it.limits === "" ? it.gateways.join(", ") : `${it.gateways.join(", ")} only: ${it.limits}`;
}

export function importsRedis(bytes: Uint8Array): boolean {
  return readModuleInterface(bytes).imports.some(({ name }) => name.startsWith("proxy_redis_"));
}

/** Whether only Higress loads the module: it calls Redis, or names no ABI version but Higress's own. */
export function needsHigress(bytes: Uint8Array): boolean {
  const { exports } = readModuleInterface(bytes);
  const markers = exports.map(({ name }) => name).filter((name) => name.startsWith("proxy_abi_version_"));
  const isOwn = markers.length > 0 && markers.every((name) => name === "proxy_abi_version_0_2_100");
  return isOwn || importsRedis(bytes);
}

export function readModule(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failure(
      "file-unreadable",
      `${file}: cannot be read (${(error as NodeJS.ErrnoException).code}). Is it built?`,
    );
  }
}

function refusal(bytes: Uint8Array, file: string, profile: keyof typeof PROFILES): string | undefined {
  try {
    loadModule(bytes, undefined, PROFILES[profile]);
    return undefined;
  } catch (error) {
    if (!(error instanceof GatewayError))
      throw new Failure("file-unreadable", `${file}: ${(error as Error).message}`);
    return error.message.replace(/^The module: /, "").replaceAll("\n", " ");
  }
}

function envoyLacks(imports: { module: string; name: string }[], refused: string): string {
  const { hostFunctions } = PROFILES.envoy;
  const missing = imports.filter((entry) => !hostFunctions.has(`${entry.module}.${entry.name}`));
  return missing.length === 0 ? refused : `imports ${missing.map((entry) => entry.name).join(", ")}`;
}
