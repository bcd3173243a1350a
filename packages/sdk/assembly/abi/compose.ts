// A text put together from parts, without a string for each: a log line, a cluster's name, a number. One at a time; what does not fit 1 KiB is cut off.
import { Encoded, decode, encodeText, encoded, giveBack, lengthOf, pointerOf } from "./text";

const SIZE: usize = 1024;
export const ROOM_BEFORE: usize = 128;
// Memory of its own: a wrapper may have something in scratch while it complains. There is room in front of it.
export const TEXT: usize = memory.data(1152) + ROOM_BEFORE;

let end: usize = 0;

export function startText(): void {
  end = TEXT;
}
/** Control characters become spaces, so that a value cannot forge a line. */
export function putByte(byte: u32): void {
  if (end < TEXT + SIZE) store<u8>(end++, byte < 32 || byte == 127 ? 32 : byte);
}
export function putBytes(p: usize, length: usize): void {
  for (const last = p + length; p < last; p++) putByte(load<u8>(p));
}
export function putText(text: Encoded): void {
  putBytes(pointerOf(text), lengthOf(text));
}
export function putString(text: string): void {
  const encoded = encodeText(text);
  putText(encoded);
  giveBack(encoded);
}
export function putNumber(n: i64): void {
  if (n < 0) {
    putByte(45);
    n = -n;
  }
  putCount(n);
}
/** A number that is not negative. */
export function putCount(n: u64): void {
  if (n > 9) putCount(n / 10);
  putByte(48 + <u32>(n % 10));
}
/** Ends the text, which begins with ASCII; it stays until the next one begins. */
export function endText(): Encoded {
  return encoded(TEXT, cutText());
}
/** The same, which stands at `TEXT`: its length. */
export function cutText(): usize {
  // A character that was cut in two goes.
  if (end == TEXT + SIZE) while (load<u8>(--end) >> 6 == 2) {}
  return end - TEXT;
}
/** The text, whatever it begins with. */
export function takeText(): string {
  return decode(TEXT, end - TEXT);
}
/** A number in digits; it stays until the next text begins. */
export function digits(n: i64): Encoded {
  startText();
  putNumber(n);
  return endText();
}
/** A number in digits. The transform puts it in the place of `toString()`. */
export function decimal(n: i64): string {
  startText();
  putNumber(n);
  return takeText();
}
