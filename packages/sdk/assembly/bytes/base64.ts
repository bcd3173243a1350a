import { Bytes } from "./bytes";
import { bytesOf } from "./data";
import { ByteSink } from "./sink";

// @ts-ignore: decorator
@inline function letter(six: u32, url: bool): u32 {
  return six < 26
    ? six + 65
    : six < 52
      ? six + 71
      : six < 62
        ? six - 4
        : six == 62
          ? url
            ? 45
            : 43
          : url
            ? 95
            : 47;
}
/** 0 to 63, over 63 for a letter that is none. */
function valueOf(c: u32, url: bool): u32 {
  if (c - 65 < 26) return c - 65;
  if (c - 97 < 26) return c - 71;
  if (c - 48 < 10) return c + 4;
  if (c == <u32>(url ? 45 : 43)) return 62;
  return c == <u32>(url ? 95 : 47) ? 63 : 64;
}
function encodeBytes(bytes: Bytes, url: bool): string {
  const n = bytes.length;
  const rest = n % 3;
  const letters = (n / 3) * 4 + (rest ? (url ? rest + 1 : 4) : 0);
  const text = changetype<string>(__new((<usize>letters) << 1, idof<string>()));
  let w = changetype<usize>(text);
  for (let p = bytes.pointer, left = n; left > 0; p += 3, left -= 3) {
    const bits =
      ((<u32>load<u8>(p)) << 16) |
      (left > 1 ? (<u32>load<u8>(p + 1)) << 8 : 0) |
      (left > 2 ? <u32>load<u8>(p + 2) : 0);
    for (let i = 0; i < 4; i++) {
      if (i > left) {
        if (url) break;
        store<u16>(w, 61);
      } else store<u16>(w, letter((bits >> (18 - 6 * i)) & 63, url));
      w += 2;
    }
  }
  return text;
}
function decodeText(text: string, url: bool): Bytes | null {
  let n = text.length;
  if (n && !(n & 3)) {
    if (text.charCodeAt(n - 1) == 61) n--;
    if (text.charCodeAt(n - 1) == 61) n--;
  }
  if ((n & 3) == 1) return null;
  const sink = new ByteSink((n * 3) >> 2);
  let bits: u32 = 0;
  let count = 0;
  for (let i = 0; i < n; i++) {
    const six = valueOf(text.charCodeAt(i), url);
    if (six > 63) return null;
    bits = (bits << 6) | six;
    if ((count += 6) >= 8) {
      count -= 8;
      sink.byte((bits >> count) & 255);
    }
  }
  // Bits that stand for nothing: one value would have several spellings.
  return bits & ((1 << count) - 1) ? null : sink.take();
}

/** Base64 with `+`, `/` and padding. Source: RFC 4648 section 4. */
export namespace base64 {
  /** `data`: `Bytes`, or a string, which is taken as UTF-8. */
  export function encode<T>(data: T): string {
    return encodeBytes(bytesOf(data), false);
  }
  /** Null for anything but one value's only spelling: other letters, line breaks, wrong padding. Padding may be missing as a whole. */
  export function decode(text: string): Bytes | null {
    return decodeText(text, false);
  }
}

/** Base64 with `-` and `_`, written without padding, as in JSON Web Tokens. Source: RFC 4648 section 5. */
export namespace base64url {
  /** `data`: `Bytes`, or a string, which is taken as UTF-8. */
  export function encode<T>(data: T): string {
    return encodeBytes(bytesOf(data), true);
  }
  /** Null for anything but one value's only spelling. Padding is accepted. */
  export function decode(text: string): Bytes | null {
    return decodeText(text, true);
  }
}
