// One command in RESP, put together in scratch memory and then kept: `*<words> CRLF`, and `$<bytes> CRLF <word> CRLF` for each.
import { endText, putByte, putNumber, startText } from "../abi/compose";
import { utf8 } from "../abi/literals";
import { Encoded, encodeText, giveBack, lengthOf, pointerOf, release, reserve } from "../abi/text";
import { number, readNumber } from "./resp";

/** Around each word, and in front of all. */
const FRAME: usize = 16;

let start: usize = 0;
let end: usize = 0;

/** Begins a command whose words together have at most `bytes` bytes. */
function startCommand(words: i32, bytes: usize): void {
  start = reserve(bytes + (<usize>words + 1) * FRAME);
  end = start;
  putLength(42, words);
}
function addWord(word: Encoded): void {
  putLength(36, <i32>lengthOf(word));
  addBytes(pointerOf(word), lengthOf(word));
  putLineEnd();
}
function addString(word: string): void {
  const encoded = encodeText(word);
  addWord(encoded);
  giveBack(encoded);
}
function addBytes(p: usize, length: usize): void {
  memory.copy(end, p, length);
  end += length;
}
function putLength(mark: u32, n: i32): void {
  startText();
  putByte(mark);
  putNumber(n);
  const text = endText();
  addBytes(pointerOf(text), lengthOf(text));
  putLineEnd();
}
function putLineEnd(): void {
  store<u16>(end, 0x0a0d);
  end += 2;
}
function takeCommand(): ArrayBuffer {
  const length = end - start;
  const bytes = changetype<ArrayBuffer>(__new(length, idof<ArrayBuffer>()));
  memory.copy(changetype<usize>(bytes), start, length);
  release();
  return bytes;
}
/** The most that the texts can take in UTF-8. */
function sizeOf(words: string[]): usize {
  let units = 0;
  for (let i = 0; i < words.length; i++) units += unchecked(words[i]).length;
  return <usize>units * 3;
}
function addStrings(words: string[]): void {
  for (let i = 0; i < words.length; i++) addString(unchecked(words[i]));
}

/** The bytes of a command. */
export function encodeCommand(words: string[]): ArrayBuffer {
  startCommand(words.length, sizeOf(words));
  addStrings(words);
  return takeCommand();
}
/** Where the words behind the script begin in what `encodeScript` has made last. */
export let tail: usize = 0;
/** `name` is EVAL or EVALSHA, `script` its text or digest. */
export function encodeScript(name: Encoded, script: Encoded, keys: string[], args: string[]): ArrayBuffer {
  startCommand(3 + keys.length + args.length, lengthOf(script) + FRAME + sizeOf(keys) + sizeOf(args));
  addWord(name);
  addWord(script);
  tail = end - start;
  addString(keys.length.toString());
  addStrings(keys);
  addStrings(args);
  return takeCommand();
}
/** An EVALSHA as an EVAL with the script itself. */
export function withScript(command: ArrayBuffer, tail: usize, script: string): ArrayBuffer {
  const from = changetype<usize>(command);
  const rest = <usize>command.byteLength - tail;
  let line = from;
  while (load<u8>(line) != 13) line++;
  readNumber(from + 1, line);
  startCommand(<i32>number, <usize>script.length * 3 + rest);
  addWord(utf8("eval"));
  addString(script);
  addBytes(from + tail, rest);
  return takeCommand();
}
