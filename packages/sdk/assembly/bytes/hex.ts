import { Bytes } from "./bytes";
import { bytesOf } from "./data";
import { ByteSink } from "./sink";

/** 0 to 15, over 15 for what is no hexadecimal digit. */
export function digitOf(c: u32): u32 {
  if (c - 48 < 10) return c - 48;
  c |= 32;
  return c - 97 < 6 ? c - 87 : 16;
}
/** The lower-case digit of 0 to 15. */
// @ts-ignore: decorator
@inline export function hexDigit(four: u32): u32 {
  return four < 10 ? four + 48 : four + 87;
}

/** Hexadecimal digits, two a byte. */
export namespace hex {
  /** In lower case. `data`: `Bytes`, or a string, which is taken as UTF-8. */
  export function encode<T>(data: T): string {
    const bytes = bytesOf(data);
    const text = changetype<string>(__new((<usize>bytes.length) << 2, idof<string>()));
    for (let i = 0; i < bytes.length; i++) {
      const byte: u32 = bytes.at(i);
      store<u32>(
        changetype<usize>(text) + ((<usize>i) << 2),
        hexDigit(byte >> 4) | (hexDigit(byte & 15) << 16),
      );
    }
    return text;
  }
  /** Of either case. Null for an odd number of digits, and for anything else. */
  export function decode(text: string): Bytes | null {
    if (text.length & 1) return null;
    const sink = new ByteSink(text.length >> 1);
    for (let i = 0; i < text.length; i += 2) {
      const high = digitOf(text.charCodeAt(i));
      const low = digitOf(text.charCodeAt(i + 1));
      if ((high | low) > 15) return null;
      sink.byte((high << 4) | low);
    }
    return sink.take();
  }
}
