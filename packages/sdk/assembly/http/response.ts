import { MapType, Status } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { encodeText } from "../abi/text";
import { readStatus, removeHeader, replaceHeader } from "../host/headers";
import { getPropertyNumber, getPropertyText, setPropertyText } from "../host/properties";
import { Mark, running } from "../stream/stream";
import { isBinary } from "./binary";
import { Headers } from "./headers";
import { refusePseudo } from "./pseudo";

/** The response whose headers have left. */
// @ts-ignore: decorator
@unmanaged @final
export class ResponseInfo {
  /** 0 when there is none. */
  get status(): i32 {
    return <i32>getPropertyNumber(utf8("response\0code"), 0);
  }
}

/** The response while its headers are here. */
// @ts-ignore: decorator
@unmanaged @final
export class Response {
  /** Its headers, which can change. */
  // @ts-ignore: decorator
  @inline get headers(): Headers {
    return changetype<Headers>(<usize>MapType.ResponseHeaders + 1);
  }
  /** Whether a body follows. */
  get hasBody(): bool {
    return !running.endOfStream;
  }
  /** The service has answered: not the gateway, nor a plugin. */
  get isFromUpstream(): bool {
    const details = getPropertyText(utf8("response\0code_details"));
    return details != null && details == "via_upstream";
  }
  /** The body is compressed, gRPC or `application/octet-stream`: no text. */
  get hasBinaryBody(): bool {
    return isBinary(this.headers);
  }
  /** The plugin's handler for the body does not run for this response, and nothing is buffered. */
  skipBody(): void {
    running.marks |= Mark.SkipResponseBody;
  }
  /** For a plugin with a handler for chunks and one for the whole body: this response gets the latter. In the header phase. */
  bufferBody(): void {
    running.marks |= Mark.BufferResponseBody;
  }
  /** Higress: bytes of the body that the gateway buffers at most. */
  setBufferLimit(bytes: u32): void {
    setPropertyText("set_encoder_buffer_limit", bytes.toString());
  }
  /** The status that goes out, unless it is changed. */
  get status(): i32 {
    const status = readStatus(MapType.ResponseHeaders);
    return status < 1000 ? status : 0;
  }
  /** 200 to 599. 204 and 304, which have no body, are refused while one follows. */
  set status(value: i32) {
    const bodiless = value == 204 || value == 304;
    const legal = <u32>(value - 200) < 400 && !(bodiless && this.hasBody);
    const present = this.status;
    // Their content-length is that of a body which does not come.
    if (legal && (present == 204 || present == 304))
      removeHeader(MapType.ResponseHeaders, utf8("content-length"));
    if (
      !legal ||
      replaceHeader(MapType.ResponseHeaders, utf8(":status"), encodeText(value.toString())) != Status.Ok
    )
      refusePseudo(utf8(":status"));
  }
}
