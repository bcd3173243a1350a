import { ByteSink } from "../bytes/sink";

const DAY_MS: i64 = 86_400_000;
// @ts-ignore: decorator
@lazy const DAYS: string = "ThuFriSatSunMonTueWed";
// @ts-ignore: decorator
@lazy const MONTHS: string = "JanFebMarAprMayJunJulAugSepOctNovDec";
/** 9999-12-31T23:59:59.999Z; formats have four digits for the year, from 0000 on. */
const LAST: i64 = 253_402_300_799_999;
const FIRST: i64 = -62_167_219_200_000;

// The date that was taken apart last.
let year: i32 = 0;
let month: i32 = 0;
let day: i32 = 0;

/** Days since 1970-01-01 to a date of the Gregorian calendar. Source: Howard Hinnant, chrono-compatible low-level date algorithms. */
function toDate(days: i32): void {
  const z = days + 719_468;
  const era = (z >= 0 ? z : z - 146_096) / 146_097;
  const dayOfEra = z - era * 146_097;
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const shifted = (5 * dayOfYear + 2) / 153;
  day = dayOfYear - (153 * shifted + 2) / 5 + 1;
  month = shifted < 10 ? shifted + 3 : shifted - 9;
  year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
}
function toDays(y: i32, m: i32, d: i32): i32 {
  if (m <= 2) y--;
  const era = (y >= 0 ? y : y - 399) / 400;
  const yearOfEra = y - era * 400;
  const dayOfYear = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
  return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468;
}
function put(sink: ByteSink, n: i32, digits: i32): ByteSink {
  if (digits > 1) put(sink, n / 10, digits - 1);
  return sink.byte(48 + (n % 10));
}
function putTime(sink: ByteSink, ms: i32): ByteSink {
  put(sink, ms / 3_600_000, 2).byte(58);
  put(sink, (ms / 60_000) % 60, 2).byte(58);
  return put(sink, (ms / 1000) % 60, 2);
}
/** The number of `count` digits at `at`; a very negative one when they are not all digits. */
function digits(text: string, at: i32, count: i32): i32 {
  let n = 0;
  for (let i = at; i < at + count; i++) {
    const digit = i < text.length ? text.charCodeAt(i) - 48 : -1;
    if (<u32>digit > 9) return -1_000_000;
    n = n * 10 + digit;
  }
  return n;
}
// @ts-ignore: decorator
@inline function is(text: string, at: i32, c: i32): bool {
  return at < text.length && text.charCodeAt(at) == c;
}
/** Milliseconds of a day from `hh:mm:ss`; -1 when it is none. A leap second counts as the second before. */
function timeAt(text: string, at: i32): i32 {
  const h = digits(text, at, 2);
  const m = digits(text, at + 3, 2);
  const s = digits(text, at + 6, 2);
  if (!is(text, at + 2, 58) || !is(text, at + 5, 58)) return -1;
  if (<u32>h > 23 || <u32>m > 59 || <u32>s > 60) return -1;
  return (h * 3600 + m * 60 + min(s, 59)) * 1000;
}
function isDate(y: i32, m: i32, d: i32): bool {
  if (y < 0 || <u32>(m - 1) > 11 || d < 1) return false;
  toDate(toDays(y, m, d));
  return day == d && month == m;
}

/** Times in UTC as text; milliseconds since the Unix epoch, as of `clock.nowMs()`, otherwise. */
export namespace utc {
  /** What the readers return for text that is no time. */
  // @ts-ignore: decorator
  @inline export const INVALID: i64 = i64.MIN_VALUE;

  /** `2026-11-24T14:57:20.123Z`. Years from 0000 to 9999; times beyond are taken for the first or last of them. */
  export function rfc3339(ms: i64): string {
    ms = max(FIRST, min(LAST, ms));
    const days = <i32>((ms - FIRST) / DAY_MS) - 719_528;
    const rest = <i32>(ms - <i64>days * DAY_MS);
    toDate(days);
    const sink = new ByteSink(24);
    put(sink, year, 4).byte(45);
    put(sink, month, 2).byte(45);
    put(sink, day, 2).byte(84);
    putTime(sink, rest).byte(46);
    return put(sink, rest % 1000, 3)
      .byte(90)
      .take()
      .text();
  }
  /** `Tue, 24 Nov 2026 14:57:20 GMT`, as in the headers date, expires and last-modified. Source: RFC 9110 5.6.7. */
  export function httpDate(ms: i64): string {
    ms = max(FIRST, min(LAST, ms));
    const days = <i32>((ms - FIRST) / DAY_MS) - 719_528;
    toDate(days);
    const name = (((days % 7) + 7) % 7) * 3;
    const sink = new ByteSink(32);
    sink.text(DAYS.substring(name, name + 3)).text(", ");
    put(sink, day, 2).byte(32);
    sink.text(MONTHS.substring(month * 3 - 3, month * 3)).byte(32);
    put(sink, year, 4).byte(32);
    return putTime(sink, <i32>(ms - <i64>days * DAY_MS))
      .text(" GMT")
      .take()
      .text();
  }
  /** Reads RFC 3339, with any offset and number of digits of a second (what is below a millisecond is dropped). `INVALID` for anything else. */
  export function parseRfc3339(text: string): i64 {
    const y = digits(text, 0, 4);
    const m = digits(text, 5, 2);
    const d = digits(text, 8, 2);
    const time = timeAt(text, 11);
    if (!is(text, 4, 45) || !is(text, 7, 45) || time < 0 || !isDate(y, m, d)) return INVALID;
    const t = text.charCodeAt(10);
    if (t != 84 && t != 116 && t != 32) return INVALID;
    let at = 19;
    let fraction = 0;
    if (is(text, at, 46)) {
      let unit = 100;
      const first = ++at;
      for (; at < text.length && <u32>text.charCodeAt(at) - 48 < 10; at++, unit /= 10)
        fraction += (text.charCodeAt(at) - 48) * unit;
      if (at == first) return INVALID;
    }
    const ms = <i64>toDays(y, m, d) * DAY_MS + time + fraction;
    if (at >= text.length) return INVALID;
    const zone = text.charCodeAt(at);
    if ((zone | 32) == 122) return at + 1 == text.length ? ms : INVALID;
    const hours = digits(text, at + 1, 2);
    const minutes = digits(text, at + 4, 2);
    if ((zone != 43 && zone != 45) || !is(text, at + 3, 58) || at + 6 != text.length) return INVALID;
    if (<u32>hours > 23 || <u32>minutes > 59) return INVALID;
    const offset = <i64>(hours * 60 + minutes) * 60_000;
    return zone == 43 ? ms - offset : ms + offset;
  }
  /** Reads what `httpDate` writes (the day's name is not compared with the date). `INVALID` for anything else. */
  export function parseHttpDate(text: string): i64 {
    if (text.length != 29 || !is(text, 3, 44) || !is(text, 4, 32) || !text.endsWith(" GMT")) return INVALID;
    if (!is(text, 7, 32) || !is(text, 11, 32) || !is(text, 16, 32)) return INVALID;
    const named = MONTHS.indexOf(text.substring(8, 11));
    const name = DAYS.indexOf(text.substring(0, 3));
    const d = digits(text, 5, 2);
    const y = digits(text, 12, 4);
    const time = timeAt(text, 17);
    if (named < 0 || named % 3 || name < 0 || name % 3 || time < 0 || !isDate(y, named / 3 + 1, d))
      return INVALID;
    return <i64>toDays(y, named / 3 + 1, d) * DAY_MS + time;
  }
}
