import { MapType, Status } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { encodeText } from "../abi/text";
import { getStatusCode, removeHeader, replaceHeader } from "../host/headers";
import { getPropertyNumber } from "../host/properties";
import { running } from "../stream/stream";
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
  // @ts-ignore: decorator
  @inline get headers(): Headers {
    return changetype<Headers>(<usize>MapType.ResponseHeaders + 1);
  }
  /** Whether a body follows. */
  get hasBody(): bool {
    return !running.endOfStream;
  }
  get status(): i32 {
    return getStatusCode(MapType.ResponseHeaders, utf8(":status"));
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
