import { MapType, Status } from "../abi/enums";
import { requestTarget, utf8 } from "../abi/text";
import { getHeader, replaceHeader } from "../host/headers";
import { getPropertyText } from "../host/properties";
import { running } from "../stream/stream";
import { Headers, refuse } from "./headers";
import { routeName } from "./route";

/** The request as the gateway remembers it: readable in every phase, also when its headers have left. */
// @ts-ignore: decorator
@unmanaged
export class RequestInfo {
  /** Empty when the gateway does not tell. */
  get method(): string {
    return getPropertyText("request.method") || "";
  }
  /** With the query string. */
  get path(): string {
    return getPropertyText("request.path") || "";
  }
  /** `:authority`, with its port if it has one. */
  get host(): string {
    return getPropertyText("request.host") || "";
  }
  /** Address and port of the peer, which may be a proxy: `10.0.0.1:4711`. */
  get clientAddress(): string {
    return getPropertyText("source.address") || "";
  }
  /** Empty when the route has no name. */
  get routeName(): string {
    return routeName();
  }
  /** All values of a header joined with `,`; null when it is absent. */
  header(name: string): string | null {
    return getPropertyText("request\0headers\0" + name.toLowerCase());
  }
}

/** The request while its headers are here: everything can be changed. Editing headers makes gateways choose the route again. */
// @ts-ignore: decorator
@unmanaged @final
export class Request {
  get headers(): Headers {
    return changetype<Headers>(<usize>MapType.RequestHeaders + 1);
  }
  /** Whether a body follows. */
  get hasBody(): bool {
    return !running.stream.endOfStream;
  }
  get method(): string {
    return pseudo(":method");
  }
  set method(value: string) {
    setPseudo(":method", value);
  }
  /** With the query string. Spaces and control characters are refused. */
  get path(): string {
    return pseudo(":path");
  }
  set path(value: string) {
    if (value.startsWith("/")) setPseudo(":path", value);
    else refuse(":path", "must start with a slash");
  }
  /** `:authority`, with its port if it has one. */
  get host(): string {
    return pseudo(":authority");
  }
  set host(value: string) {
    setPseudo(":authority", value);
  }
  get scheme(): string {
    return pseudo(":scheme");
  }
  /** Address and port of the peer, which may be a proxy: `10.0.0.1:4711`. */
  get clientAddress(): string {
    return getPropertyText("source.address") || "";
  }
  get routeName(): string {
    return routeName();
  }
}
function pseudo(name: string): string {
  return getHeader(MapType.RequestHeaders, utf8(name)) || "";
}
function setPseudo(name: string, value: string): void {
  const n = utf8(name);
  const v = requestTarget(value);
  if (!v || replaceHeader(MapType.RequestHeaders, n, v) != Status.Ok) refuse(name, "was not changed: empty, with spaces or control characters, or the headers have left");
}
