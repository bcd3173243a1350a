import { Bytes } from "../bytes/bytes";
import { ByteSink } from "../bytes/sink";
import { crc32 } from "./crc32";
import { Outcome, inflate, inflatedUpTo } from "./inflate";

/** What became of compressed bytes. */
export class Gunzipped {
  constructor(
    /** Empty unless `ok`. */
    readonly bytes: Bytes,
    /** Decoded as a whole, and the checksum is right. */
    readonly ok: bool,
    /** There would be more than the bytes allowed. */
    readonly tooLarge: bool,
  ) {}
}

/**
 * Decodes gzip (`content-encoding: gzip`), one or more members. Nothing is decoded unless this is called. `maxBytes`: the most that may come out; a
 * few bytes can stand for gigabytes. Source: RFC 1952.
 */
export function gunzip(bytes: Bytes, maxBytes: i32): Gunzipped {
  const sink = new ByteSink(min(maxBytes, bytes.length * 3));
  const end = bytes.pointer + bytes.length;
  let at = bytes.pointer;
  do {
    const from = headerEnd(at, end);
    if (!from) return new Gunzipped(Bytes.EMPTY, false, false);
    const before = sink.length;
    const outcome = inflate(from, end, sink, maxBytes);
    at = inflatedUpTo();
    const member = sink.view(before);
    const ok =
      outcome == Outcome.Done &&
      end - at >= 8 &&
      load<u32>(at, 4) == <u32>member.length &&
      load<u32>(at) == crc32(member.pointer, member.length);
    if (!ok) return new Gunzipped(Bytes.EMPTY, false, outcome == Outcome.TooLarge);
    at += 8;
  } while (at < end);
  return new Gunzipped(sink.take(), true, false);
}
/** Where a member's compressed bytes start; 0 when it has no header. */
function headerEnd(at: usize, end: usize): usize {
  if (end - at < 10 || load<u16>(at) != 0x8b1f || load<u8>(at, 2) != 8) return 0;
  const flags = load<u8>(at, 3);
  if (flags & 0xe0) return 0;
  at += 10;
  if (flags & 4) {
    if (end - at < 2) return 0;
    const extra = <usize>load<u16>(at);
    if (end - at - 2 < extra) return 0;
    at += 2 + extra;
  }
  for (let texts = ((flags >> 3) & 1) + ((flags >> 4) & 1); texts > 0; texts--) {
    while (at < end && load<u8>(at)) at++;
    if (at++ == end) return 0;
  }
  if (flags & 2) at += 2;
  return at < end ? at : 0;
}
