import binaryen from "binaryen";
import { type Kind, SIZES } from "./abi.ts";

export function assemble(wat: string): Uint8Array {
  const module = binaryen.parseText(wat);
  module.setFeatures(binaryen.Features.All);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}

/** The import of a host function, by its name. */
export function importOf(name: string, kinds: readonly Kind[]): string {
  const parameters = kinds.flatMap((kind) => SIZES[kind]).join(" ");
  return `(import "env" "${name}" (func $${name} (param ${parameters}) (result i32)))`;
}

/** Bytes in memory from the start. */
export function dataAt(address: number, bytes: Uint8Array): string {
  const escaped = [...bytes].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");
  return `(data (i32.const ${address}) "${escaped}")`;
}

/** `u32 n`, n times (`u32` name length, `u32` value length), then `name NUL value NUL` for each; little-endian. */
export function encodePairs(pairs: readonly (readonly [string, string])[]): Buffer {
  const numbers = [pairs.length, ...pairs.flatMap(([name, value]) => [name.length, value.length])];
  const head = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, index) => head.writeUInt32LE(number, 4 * index));
  const texts = pairs.map(([name, value]) => `${name}\0${value}\0`).join("");
  return Buffer.concat([head, Buffer.from(texts, "latin1")]);
}
