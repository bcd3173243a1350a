import { hexDigit } from "../bytes/hex";
import { Bytes } from "../bytes/bytes";
import { bytesOf } from "../bytes/data";
import { ByteSink } from "../bytes/sink";
import { wellFormed } from "../bytes/well-formed";

/** A text as a JSON string, quotes included. What is not UTF-8 becomes U+FFFD. */
export function quote(text: string): string {
  const bytes = wellFormed(bytesOf(text));
  const sink = new ByteSink(bytes.length + 2);
  sink.byte(34);
  escapeInto(sink, bytes);
  return sink.byte(34).take().text();
}
/** A text as it stands inside a JSON string, which `quote` puts the quotes around. What is not UTF-8 becomes U+FFFD. */
export function escape(text: string): string {
  const bytes = wellFormed(bytesOf(text));
  const sink = new ByteSink(bytes.length);
  escapeInto(sink, bytes);
  return sink.take().text();
}
function escapeInto(sink: ByteSink, bytes: Bytes): void {
  for (let i = 0; i < bytes.length; i++) {
    const c: u32 = bytes.at(i);
    if (c == 34 || c == 92) sink.byte(92).byte(c);
    else if (c == 10) sink.byte(92).byte(110);
    else if (c == 13) sink.byte(92).byte(114);
    else if (c == 9) sink.byte(92).byte(116);
    else if (c < 32)
      sink
        .text("\\u00")
        .byte(hexDigit(c >> 4))
        .byte(hexDigit(c & 15));
    else sink.byte(c);
  }
}
