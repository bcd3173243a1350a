import { endOfUtf8 } from "../abi/utf8";
import { Bytes } from "./bytes";
import { ByteSink } from "./sink";

/** The same with U+FFFD in the place of each byte that is not UTF-8, for formats that allow nothing else. */
export function wellFormed(bytes: Bytes): Bytes {
  let p = bytes.pointer;
  const end = p + bytes.length;
  let at = endOfUtf8(p, end);
  if (at == end) return bytes;
  const sink = new ByteSink(bytes.length + 16);
  for (; at < end; at = endOfUtf8(p, end)) {
    sink.memory(p, <i32>(at - p)).text("\ufffd");
    p = at + 1;
  }
  return sink.memory(p, <i32>(end - p)).take();
}
