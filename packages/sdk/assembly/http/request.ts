import { MapType } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { encodePath, getPropertyText } from "../host/properties";
import { running } from "../stream/stream";
import { Headers } from "./headers";
import { getPseudo, refusePseudo, setPseudo } from "./pseudo";
import { routeName } from "./route";

/**
 * The request as the gateway remembers it when its headers have left. Stock Envoy forgets method, path, host and headers from then until
 * the log phase and answers with nothing: keep in `ctx.state` what a response handler needs.
 */
// @ts-ignore: decorator
@unmanaged
export class RequestInfo {
  /** Empty when the gateway does not tell. */
  get method(): string {
    return getPropertyText(utf8("request\0method")) || "";
  }
  /** With the query string. */
  get path(): string {
    return getPropertyText(utf8("request\0path")) || "";
  }
  /** `:authority`, with its port if it has one. */
  get host(): string {
    return getPropertyText(utf8("request\0host")) || "";
  }
  /** Address and port of the peer, which may be a proxy: `10.0.0.1:4711`. */
  get clientAddress(): string {
    return getPropertyText(utf8("source\0address")) || "";
  }
  /** Empty when the route has no name. */
  get routeName(): string {
    return routeName();
  }
  /** All values of a header joined with `,`; null when it is absent. */
  header(name: string): string | null {
    return getPropertyText(encodePath("request\0headers\0" + name.toLowerCase()));
  }
}

/** The request while its headers are here: everything can be changed. Editing headers makes gateways choose the route again. */
// @ts-ignore: decorator
@unmanaged @final
export class Request {
  // @ts-ignore: decorator
  @inline get headers(): Headers {
    return changetype<Headers>(<usize>MapType.RequestHeaders + 1);
  }
  /** Whether a body follows. */
  get hasBody(): bool {
    return !running.endOfStream;
  }
  get method(): string {
    return getPseudo(utf8(":method"));
  }
  /** Not to or from HEAD and CONNECT, whose responses are framed in another way. */
  set method(value: string) {
    const present = this.method;
    if (value == "HEAD" || value == "CONNECT" || present == "HEAD" || present == "CONNECT")
      refusePseudo(utf8(":method"));
    else setPseudo(utf8(":method"), value);
  }
  /** With the query string. Must start with a slash; spaces, control characters and `#` are refused. */
  get path(): string {
    return getPseudo(utf8(":path"));
  }
  set path(value: string) {
    if (value.startsWith("/")) setPseudo(utf8(":path"), value);
    else refusePseudo(utf8(":path"));
  }
  /** `:authority`, with its port if it has one. */
  get host(): string {
    return getPseudo(utf8(":authority"));
  }
  set host(value: string) {
    setPseudo(utf8(":authority"), value);
  }
  get scheme(): string {
    return getPseudo(utf8(":scheme"));
  }
  /** Address and port of the peer, which may be a proxy: `10.0.0.1:4711`. */
  get clientAddress(): string {
    return getPropertyText(utf8("source\0address")) || "";
  }
  get routeName(): string {
    return routeName();
  }
}
