import { existsSync } from "node:fs";
import { inspect, loadsOn, readModule } from "../plugin/inspect.ts";

/** A sentence for each module of an Envoy configuration that only Higress loads, whose Envoy has more host functions. */
export function higressOnly(bootstrap: object): string[] {
  return [...new Set(filesIn(bootstrap))]
    .filter((file) => existsSync(file) && WebAssembly.validate(new Uint8Array(readModule(file))))
    .map(inspect)
    .filter(({ gateways }) => gateways.join() === "Higress")
    .map(
      (it) =>
        `${it.file} loads on ${loadsOn(it)}. Envoy itself refuses it: leave --engine envoy out, or let GATEWAY_ENVOY name Higress's Envoy.`,
    );
}

function filesIn(value: unknown): string[] {
  if (value === null || typeof value !== "object") return [];
  const { filename } = value as { filename?: unknown };
  const here = typeof filename === "string" && filename.endsWith(".wasm") ? [filename] : [];
  return [...here, ...Object.values(value).flatMap(filesIn)];
}
