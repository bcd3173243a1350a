// One command in RESP, put together word by word: `*<words> CRLF`, and `$<bytes> CRLF <word> CRLF` for each.
import { append, beginDraft, draft, draftStart } from "../abi/draft";
import { utf8 } from "../abi/literals";
import { Encoded, encodeText, encoded, lengthOf, release } from "../abi/text";

/** In front of a word, until its length is known. */
const FRAME: usize = 16;

let words: u32 = 0;
/** Bytes of the last word. */
let length: usize = 0;

/** Begins a command in the place of the one before; its number. */
export function beginCommand(): u32 {
  words = 0;
  return beginDraft();
}
/** One more word, or more of the last one. Nothing, when another command has begun since. Returns the command. */
export function addPart(command: u32, part: Encoded, isWord: bool): u32 {
  if (command == draft.number) {
    if (isWord) {
      if (words++) endWord();
      draft.end += FRAME;
      length = 0;
    }
    length += lengthOf(part);
    append(part);
  }
  release();
  return command;
}
export function addStrings(command: u32, texts: string[]): void {
  for (let i = 0; i < texts.length; i++) addPart(command, encodeText(unchecked(texts[i])), true);
}
/** Where the command begins, which ends at `draft.end` and lasts until the next one; nothing when another has begun since. It has words. */
export function endCommand(command: u32): usize {
  if (command != draft.number) return draft.end;
  draft.number++;
  endWord();
  return putFrame(42, words, draftStart());
}
/** Puts the length in front of the word, and closes up the gap before it. */
function endWord(): void {
  store<u16>(draft.end, 0x0a0d);
  const start = draft.end - length;
  const from = putFrame(36, length, start);
  const size = draft.end + 2 - from;
  memory.copy(start - FRAME, from, size);
  draft.end = start - FRAME + size;
}
/** `<mark> <n> CRLF` in front of `p`; returns where it begins. */
function putFrame(mark: u32, n: usize, p: usize): usize {
  p -= 2;
  store<u16>(p, 0x0a0d);
  do {
    store<u8>(--p, 48 + (n % 10));
    n /= 10;
  } while (n);
  store<u8>(--p, mark);
  return p;
}

/** `$7 CRLF evalsha CRLF $40 CRLF <digest> CRLF` */
const BY_DIGEST: usize = 60;
/** An EVALSHA as an EVAL with the script itself: where it begins, as `endCommand`. */
export function withScript(byDigest: usize, bytes: usize, script: string): usize {
  let head: usize = 1;
  while (load<u8>(byDigest + head) != 36) head++;
  const command = beginCommand();
  addPart(command, utf8("eval"), true);
  addPart(command, encodeText(script), true);
  endWord();
  draft.number++;
  const rest = head + BY_DIGEST;
  append(encoded(byDigest + rest, bytes - rest));
  const start = draftStart() - head;
  memory.copy(start, byDigest, head);
  return start;
}
