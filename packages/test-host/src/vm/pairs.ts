import type { Header } from "../services/upstream/upstream.ts";

/** Limits of proxy-wasm-cpp-host (`limits.h`): beyond them a serialized map reads as empty, without an error. */
export const MAX_PAIRS_BYTES = 1024 * 1024;
export const MAX_PAIRS = 1024;

/** Header values travel as bytes; as JavaScript strings they are latin1. */
export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

export function fromBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** `u32 n`, n times (`u32` key length, `u32` value length), then `key\0value\0` per pair; little-endian. */
export function encodePairs(pairs: readonly Header[]): Uint8Array<ArrayBuffer> {
  let size = 4;
  for (const [name, value] of pairs) size += 8 + name.length + value.length + 2;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, pairs.length, true);
  let head = 4;
  let tail = 4 + 8 * pairs.length;
  for (const pair of pairs) {
    for (const text of pair) {
      view.setUint32(head, text.length, true);
      head += 4;
      bytes.set(toBytes(text), tail);
      tail += text.length + 1;
    }
  }
  return bytes;
}

/** Undefined when the bytes are malformed or beyond the limits; gateways treat both as an empty list. */
export function decodePairs(bytes: Uint8Array): Header[] | undefined {
  if (bytes.length === 0) return [];
  if (bytes.length > MAX_PAIRS_BYTES || bytes.length < 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(0, true);
  if (count > MAX_PAIRS || 4 + 8 * count > bytes.length) return undefined;
  let offset = 4 + 8 * count;
  const pairs: Header[] = [];
  const text = (length: number): string | undefined => {
    if (offset + length >= bytes.length || bytes[offset + length] !== 0) return undefined;
    const value = fromBytes(bytes.subarray(offset, offset + length));
    offset += length + 1;
    return value;
  };
  for (let i = 0; i < count; i++) {
    const name = text(view.getUint32(4 + 8 * i, true));
    const value = name === undefined ? undefined : text(view.getUint32(8 + 8 * i, true));
    if (name === undefined || value === undefined) return undefined;
    pairs.push([name, value]);
  }
  return offset === bytes.length ? pairs : undefined;
}
