import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Row {
  what: string;
  figure: string;
}

/** The repository's. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

export const pluginFile = (name: string): string => join(root, `packages/${name}/dist/${name}.wasm`);

export function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`;
}

export function perSecond(count: number, ms: number): string {
  return `${Math.round((count / ms) * 1000).toLocaleString("en")} / s`;
}

/**
 * The module with a custom section that is named by one byte, `copy`: another one to V8, which keeps what it has compiled.
 *
 * @param copy 0 to 127
 */
export function distinctModule(module: Uint8Array, copy: number): Buffer<ArrayBuffer> {
  return Buffer.concat([module, Buffer.from([0, 2, 1, copy])]);
}

/** The middle of several runs. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
