// Strict RFC 8259 over UTF-8 bytes. Nothing is allocated, time is linear, depth is limited, and no input traps.

/** Deeper nesting is refused. */
const MAX_DEPTH: i32 = 64;

let at: usize = 0;
let end: usize = 0;

// @ts-ignore: decorator
@inline function peek(): u32 {
  return at < end ? load<u8>(at) : 0;
}
function space(): u32 {
  for (; at < end; at++) {
    const c = load<u8>(at);
    if (c != 32 && c != 10 && c != 13 && c != 9) return c;
  }
  return 0;
}

/** Whether the bytes are one JSON document. `failedAt` tells where they are not. */
export function isJson(p: usize, length: usize): bool {
  at = p;
  end = p + length;
  return value(MAX_DEPTH) && space() == 0 && at == end;
}
/** Where the last `isJson` stopped, as an offset from its start. */
export function failedAt(p: usize): usize {
  return at - p;
}

function value(depth: i32): bool {
  const c = space();
  if (c == 34) return text();
  if (c == 123 || c == 91) return container(c, depth);
  if (c == 116) return word(0x65757274, 0);
  if (c == 102) return word(0x736c6166, 101);
  if (c == 110) return word(0x6c6c756e, 0);
  return number();
}
function container(open: u32, depth: i32): bool {
  if (!depth) return false;
  const close = open + 2;
  at++;
  if (space() == close) {
    at++;
    return true;
  }
  for (;;) {
    if (close == 125) {
      if (space() != 34 || !text() || space() != 58) return false;
      at++;
    }
    if (!value(depth - 1)) return false;
    const c = space();
    if (c != close && c != 44) return false;
    at++;
    if (c == close) return true;
  }
  return false;
}
function word(four: u32, fifth: u32): bool {
  if (end - at < 4 || load<u32>(at) != four) return false;
  at += 4;
  if (!fifth) return true;
  if (peek() != fifth) return false;
  at++;
  return true;
}
function digits(): bool {
  const start = at;
  while (peek() - 48 < 10) at++;
  return at > start;
}
function number(): bool {
  if (peek() == 45) at++;
  if (peek() == 48) at++;
  else if (!digits()) return false;
  if (peek() == 46) {
    at++;
    if (!digits()) return false;
  }
  if ((peek() | 32) == 101) {
    at++;
    if (peek() == 43 || peek() == 45) at++;
    if (!digits()) return false;
  }
  return true;
}
/** At an opening quote. */
function text(): bool {
  at++;
  while (at < end) {
    const c = load<u8>(at);
    if (c == 34) {
      at++;
      return true;
    }
    if (c < 32) return false;
    if (c == 92) {
      if (!escape()) return false;
    } else if (c < 0x80) at++;
    else {
      const n = sequenceLength(at, end);
      if (!n) return false;
      at += n;
    }
  }
  return false;
}
function escape(): bool {
  at++;
  const c = peek();
  at++;
  if (c == 117) {
    for (let i = 0; i < 4; i++) {
      const h = peek();
      if (h - 48 > 9 && (h | 32) - 97 > 5) return false;
      at++;
    }
    return true;
  }
  return c == 34 || c == 92 || c == 47 || c == 98 || c == 102 || c == 110 || c == 114 || c == 116;
}
/** Bytes of the UTF-8 sequence at `p`, which starts with a byte over 0x7f; 0 when it is not valid (overlong, surrogate, cut off). */
function sequenceLength(p: usize, limit: usize): usize {
  const c: u32 = load<u8>(p);
  const n: usize = c >= 0xf0 && c < 0xf5 ? 4 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xc2 && c < 0xe0 ? 2 : 0;
  if (!n || limit - p < n) return 0;
  for (let i: usize = 1; i < n; i++) if ((load<u8>(p + i) & 0xc0) != 0x80) return 0;
  const second: u32 = load<u8>(p + 1);
  if (
    (c == 0xe0 && second < 0xa0) ||
    (c == 0xed && second > 0x9f) ||
    (c == 0xf0 && second < 0x90) ||
    (c == 0xf4 && second > 0x8f)
  )
    return 0;
  return n;
}
