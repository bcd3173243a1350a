import { Bytes } from "../bytes/bytes";
import { terminated } from "../json/json";
import { failedAt, isJson, skipSpace } from "../json/validate";
import { startCounting } from "./object";
import { fail, failed, startReading } from "./problem";
import { valueAt } from "./value";

// Where the garbage collector looks: what reads the document has only pointers into it.
let document: Bytes | null = null;

/** One document as an object of a class; null when it is not JSON, or does not fit. */
export function readDocument<T>(bytes: Bytes): T | null {
  if (!isReference<T>())
    ERROR("TypedJson reads into a class with @json, or a list: TypedJson.parse<Order>(bytes).");
  startReading();
  startCounting();
  const text = load<u8>(bytes.pointer + bytes.length) ? terminated(bytes) : bytes;
  const start = text.pointer;
  if (!isJson(start, text.length)) {
    fail("bad JSON or over 64 levels at byte " + failedAt(start).toString());
    return null;
  }
  document = text;
  const value = valueAt<T>(skipSpace(start));
  document = null;
  return failed ? null : value;
}
