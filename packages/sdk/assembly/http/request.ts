import { MapType } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { equalsIgnoringCase } from "../abi/text";
import { encodePath, getPropertyText, setPropertyText } from "../host/properties";
import { Mark, running } from "../stream/stream";
import { Cookies } from "../web/cookies";
import { forwardedFor } from "../web/forwarded";
import { Query } from "../web/query";
import { Headers } from "./headers";
import { getPseudo, refusePseudo, setPseudo } from "./pseudo";
import { isBinary } from "./binary";
import { routeCluster, routeName } from "./route";

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
  /** The cluster that the request is routed to. */
  get clusterName(): string {
    return routeCluster();
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
  /** Its headers, which can change. */
  // @ts-ignore: decorator
  @inline get headers(): Headers {
    return changetype<Headers>(<usize>MapType.RequestHeaders + 1);
  }
  /** Whether a body follows. */
  get hasBody(): bool {
    return !running.endOfStream;
  }
  /** Such as `GET`; upper case by custom, not by rule. */
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
  /** The path without its query. */
  get pathname(): string {
    const path = this.path;
    const end = path.indexOf("?");
    return end < 0 ? path : path.substring(0, end);
  }
  /** Names and values of the query; changes take effect with `request.query = query`. */
  get query(): Query {
    return Query.ofPath(this.path);
  }
  set query(value: Query) {
    const text = value.toString();
    this.path = text.length ? this.pathname + "?" + text : this.pathname;
  }
  /** Of all cookie headers; changes take effect with `request.cookies = cookies`. */
  get cookies(): Cookies {
    return Cookies.parse(this.headers.getAll("cookie").join("; "));
  }
  set cookies(value: Cookies) {
    const text = value.toString();
    if (text.length) this.headers.set("cookie", text);
    else this.headers.delete("cookie");
  }
  /** A value of the first cookie of this name; null when there is none. */
  cookie(name: string): string | null {
    return this.cookies.get(name);
  }
  /** The client's address by x-forwarded-for, see `forwardedFor`. */
  forwardedFor(trustedHops: i32): string | null {
    return forwardedFor(this.headers.getAll("x-forwarded-for").join(","), trustedHops);
  }
  /** An upgrade to a websocket over HTTP/1.1. */
  get isWebsocket(): bool {
    const upgrade = this.headers.get("upgrade") || "";
    return equalsIgnoringCase(upgrade.trim(), "websocket");
  }
  /** Whether the content type begins with `application/grpc`, as that of gRPC-Web does, too. */
  get isGrpc(): bool {
    return (this.headers.get("content-type") || "").startsWith("application/grpc");
  }
  /** The body is compressed, gRPC or `application/octet-stream`: no text. Source: wasm-go `IsBinaryRequestBody`. */
  get hasBinaryBody(): bool {
    return isBinary(this.headers);
  }
  /** The plugin's handler for the body does not run for this request, and nothing is buffered. */
  skipBody(): void {
    running.marks |= Mark.SkipRequestBody;
  }
  /** For a plugin with a handler for chunks and one for the whole body: this request gets the latter. In the header phase. */
  bufferBody(): void {
    running.marks |= Mark.BufferRequestBody;
  }
  /** Higress: bytes of the body that the gateway buffers at most; more is answered 413. */
  setBufferLimit(bytes: u32): void {
    setPropertyText("set_decoder_buffer_limit", bytes.toString());
  }
  /** Higress: edits of this plugin's no longer choose the route anew. Before the edits. */
  keepRoute(): void {
    setPropertyText("clear_route_cache", "off");
  }
  /** The cluster that the request is routed to; "" before a route is chosen. */
  get clusterName(): string {
    return routeCluster();
  }
  /** Who an authentication plugin of Higress has found the caller to be; null when none has. */
  get consumer(): string | null {
    return this.headers.get("x-mse-consumer");
  }
  /** `http` or `https`, as the client or a gateway before this one says. */
  get scheme(): string {
    return getPseudo(utf8(":scheme"));
  }
  /** Address and port of the peer, which may be a proxy: `10.0.0.1:4711`. */
  get clientAddress(): string {
    return getPropertyText(utf8("source\0address")) || "";
  }
  /** The name of the route that the gateway has found; "" when it found none, or one without a name. */
  get routeName(): string {
    return routeName();
  }
}
