import { decode as decodeUtf8 } from "../abi/text";
import { bytesOf } from "./data";
import { digitOf } from "./hex";
import { ByteSink } from "./sink";

// A-Z a-z 0-9 - . _ ~, a bit each: RFC 3986 2.3
// @ts-ignore: decorator
@inline function isUnreserved(c: u32): bool {
  return (
    c < 128 && (((c < 64 ? <u64>0x03ff600000000000 : <u64>0x47fffffe87fffffe) >> (<u64>(c & 63))) & 1) != 0
  );
}
// @ts-ignore: decorator
@inline function upperDigit(four: u32): u32 {
  return four < 10 ? four + 48 : four + 55;
}

/** `%XX`. */
export function putPercent(sink: ByteSink, byte: u32): void {
  sink
    .byte(37)
    .byte(upperDigit(byte >> 4))
    .byte(upperDigit(byte & 15));
}

/** Percent coding, of parts of a URL. Source: RFC 3986 section 2. */
export namespace percent {
  /** Everything but letters, digits and `-._~` becomes `%XX` of its UTF-8 bytes. */
  export function encode(text: string): string {
    const bytes = bytesOf(text);
    const sink = new ByteSink(bytes.length);
    for (let i = 0; i < bytes.length; i++) {
      const c: u32 = bytes.at(i);
      if (isUnreserved(c)) sink.byte(c);
      else putPercent(sink, c);
    }
    return sink.take().text();
  }
  /** Never fails: a `%` without two digits stays as it is. What is not UTF-8 keeps its bytes, see `Bytes.text`. `plusIsSpace`: as forms and queries are written. */
  export function decode(text: string, plusIsSpace: bool = false): string {
    if (text.indexOf("%") < 0 && !(plusIsSpace && text.indexOf("+") >= 0)) return text;
    const bytes = bytesOf(text);
    let to = bytes.pointer;
    for (let i = 0; i < bytes.length; to++) {
      let c: u32 = bytes.at(i++);
      if (c == 37 && i + 1 < bytes.length) {
        const high = digitOf(bytes.at(i));
        const low = digitOf(bytes.at(i + 1));
        if ((high | low) < 16) {
          c = (high << 4) | low;
          i += 2;
        }
      } else if (c == 43 && plusIsSpace) c = 32;
      store<u8>(to, c);
    }
    return decodeUtf8(bytes.pointer, to - bytes.pointer);
  }
}
