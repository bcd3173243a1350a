// google.protobuf.Struct as JSON. Source: protobuf.dev, google/protobuf/struct.proto and encoding.
import { Encoded } from "../abi/text";
import { Bytes } from "../bytes/bytes";
import { ByteSink } from "../bytes/sink";
import { quote } from "../json/quote";
import { ProtoReader } from "../protobuf/reader";

/** As deep as the JSON reader goes. */
const MAX_DEPTH: i32 = 64;
const EXACT: f64 = 9007199254740992;

/** A Struct as JSON with a 0 behind it, in raw memory that the caller frees; 0 when the bytes are none, or too deep. */
export function structAsJson(start: usize, size: u32): Encoded {
  const bytes = Bytes.wrap(new ArrayBuffer(size));
  memory.copy(bytes.pointer, start, size);
  const sink = new ByteSink((<i32>size) << 1);
  if (!putStruct(sink, new ProtoReader(bytes), MAX_DEPTH)) return 0;
  const length = sink.length;
  const json = heap.alloc(length + 1);
  memory.copy(json, sink.view(0).pointer, length);
  store<u8>(json + length, 0);
  return ((<u64>length) << 32) | json;
}

function putStruct(sink: ByteSink, struct: ProtoReader, depth: i32): bool {
  if (!depth) return false;
  sink.byte(123);
  for (let isFirst = true; struct.next(); isFirst = false) {
    if (struct.field != 1) return false;
    const entry = struct.nested();
    let key = "";
    let value = Bytes.EMPTY;
    while (entry.next()) {
      if (entry.field == 1) key = entry.text();
      else if (entry.field == 2) value = entry.bytes();
    }
    if (!isFirst) sink.byte(44);
    sink.text(quote(key)).byte(58);
    if (!entry.ok || !putValue(sink, new ProtoReader(value), depth - 1)) return false;
  }
  sink.byte(125);
  return struct.ok;
}
/** Of several kinds in one value the first counts; without any it is null. */
function putValue(sink: ByteSink, value: ProtoReader, depth: i32): bool {
  if (!value.next()) {
    sink.text("null");
    return value.ok;
  }
  switch (value.field) {
    case 1:
      sink.text("null");
      return true;
    case 2:
      sink.text(numberAsJson(value.double()));
      return true;
    case 3:
      sink.text(quote(value.text()));
      return true;
    case 4:
      sink.text(value.bool() ? "true" : "false");
      return true;
    case 5:
      return putStruct(sink, value.nested(), depth);
    case 6:
      return putList(sink, value.nested(), depth);
  }
  return false;
}
function putList(sink: ByteSink, list: ProtoReader, depth: i32): bool {
  if (!depth) return false;
  sink.byte(91);
  for (let isFirst = true; list.next(); isFirst = false) {
    if (!isFirst) sink.byte(44);
    if (list.field != 1 || !putValue(sink, list.nested(), depth - 1)) return false;
  }
  sink.byte(93);
  return list.ok;
}
/** A Struct knows doubles only; what was written as a whole number is one again. */
function numberAsJson(value: f64): string {
  return Math.abs(value) < EXACT && Math.trunc(value) == value ? (<i64>value).toString() : value.toString();
}
