import { BufferType, LogLevel, Status } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { encodeText, lengthOf, pointerOf, release } from "../abi/text";
import { Bytes } from "../bytes/bytes";
import { readBuffer, writeBuffer } from "../host/buffers";
import { logText } from "../host/log";
import { Json } from "../json/json";
import { Action } from "../stream/action";

/** A whole body, already received. Valid in the handler it was given to; `bytes` may be kept. */
// Its pointer is the buffer's number plus one: nothing is copied until it is asked for.
// @ts-ignore: decorator
@unmanaged
export class BodyView {
  protected get buffer(): BufferType {
    return <BufferType>(changetype<usize>(this) - 1);
  }
  /** A copy; each access makes one. */
  get bytes(): Bytes {
    const buffer = readBuffer(this.buffer);
    return Bytes.wrap(buffer);
  }
  /** As UTF-8, see `Bytes.text`. */
  text(): string {
    return this.bytes.text();
  }
  /** Null when the body is not one valid JSON document. */
  json(): Json | null {
    return Json.parse(this.bytes);
  }
}

/** A whole body that goes on changed. The message loses its content-length, so its length may change freely. */
// @ts-ignore: decorator
@unmanaged @final
export class Body extends BodyView {
  /** The whole body becomes these bytes. `content-length` is removed; the peer gets chunks. Returns Continue. */
  replace(bytes: Bytes): Action {
    return this.write(0, i32.MAX_VALUE, bytes);
  }
  /** The same with a text, in UTF-8. */
  replaceText(text: string): Action {
    return this.writeText(0, i32.MAX_VALUE, text);
  }
  /** Puts bytes behind the body. Returns Continue. */
  append(bytes: Bytes): Action {
    return this.write(i32.MAX_VALUE, 0, bytes);
  }
  /** The same with a text, in UTF-8. */
  appendText(text: string): Action {
    return this.writeText(i32.MAX_VALUE, 0, text);
  }
  /** Puts bytes before the body. Returns Continue. */
  prepend(bytes: Bytes): Action {
    return this.write(0, 0, bytes);
  }
  /** The same with a text, in UTF-8. */
  prependText(text: string): Action {
    return this.writeText(0, 0, text);
  }
  private write(start: i32, size: i32, bytes: Bytes): Action {
    this.report(writeBuffer(this.buffer, start, size, bytes.pointer, bytes.length));
    return Action.Continue;
  }
  private writeText(start: i32, size: i32, text: string): Action {
    const encoded = encodeText(text);
    this.report(writeBuffer(this.buffer, start, size, pointerOf(encoded), lengthOf(encoded)));
    release();
    return Action.Continue;
  }
  private report(status: Status): void {
    if (status != Status.Ok)
      logText(LogLevel.Error, utf8("the body was not changed: it is not held in this phase"));
  }
}
