import { request, type Agent, type ClientRequest, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { SocketAddress } from "../../gateway/config.ts";
import type { Clock, Timer } from "../clock.ts";
import { connectFailureText, resetReasonOf } from "./http-failure.ts";
import { fromRawHeaders } from "./raw-headers.ts";
import { headText, toRequestHead, type RequestHead } from "./request-head.ts";
import { framingProblem, hasNoBody } from "./response-framing.ts";
import type { Header, ResetReason, UpstreamEvents, UpstreamStream } from "./upstream.ts";

/** Envoy's default for what its upstream codec takes of a response head. */
const MAXIMUM_RESPONSE_HEAD_BYTES = 80 * 1024;

export interface HttpUpstreamContext {
  endpoint: SocketAddress;
  agent: Agent;
  connectTimeoutMs: number;
  clock: Clock;
}

/**
 * Puts a head's text in the place of the one that `node:http` makes of it, which has the values of a repeated name
 * together. Nothing has been sent yet; a Node without these fields sends its own.
 */
function keepOrder(started: ClientRequest, text: string): void {
  const inner = started as unknown as { _header?: string | null; _implicitHeader?: () => void };
  inner._implicitHeader?.();
  if (typeof inner._header === "string") inner._header = text;
}

/** One request and its response over `node:http`. */
export class HttpUpstreamStream implements UpstreamStream {
  readonly #context: HttpUpstreamContext;
  readonly #events: UpstreamEvents;
  readonly #closed: () => void;
  readonly #method: string;
  readonly #request: ClientRequest | undefined;
  #response: IncomingMessage | undefined;
  /** After a change of protocol: the connection, as it is. */
  #tunnel: Duplex | undefined;
  #connectTimer: Timer | undefined;
  #connected = false;
  /** Bytes that the connection had brought before this request. */
  #readBefore = 0;
  #over = false;

  constructor(
    context: HttpUpstreamContext,
    headers: Header[],
    endStream: boolean,
    events: UpstreamEvents,
    closed: () => void,
  ) {
    this.#context = context;
    this.#events = events;
    this.#closed = closed;
    this.#method = headers.find(([name]) => name === ":method")?.[1] ?? "";
    try {
      this.#request = this.#start(toRequestHead(headers, endStream));
    } catch (error) {
      // A header that HTTP/1.1 cannot carry: nothing has been sent.
      setImmediate(() => this.fail("protocol-error", (error as Error).message));
      return;
    }
    // Sends the head. Not with flushHeaders(), which writes values as UTF-8 instead of latin1.
    this.#request.write(new Uint8Array());
    if (!endStream) return;
    // A `transfer-encoding` on a request without a body goes out as it is, without a last chunk, as Envoy sends it.
    this.#request.chunkedEncoding = false;
    this.#request.end();
  }

  write(chunk: Uint8Array, endStream: boolean): void {
    if (this.#over || this.#request === undefined) return;
    if (this.#tunnel !== undefined) {
      this.#tunnel.write(chunk);
      if (endStream) this.#tunnel.end();
      return;
    }
    if (chunk.length > 0 && !this.#request.write(chunk)) this.#events.onBlocked?.(true);
    if (endStream) this.#request.end();
  }

  pause(paused: boolean): void {
    const source = this.#tunnel ?? this.#response;
    if (paused) source?.pause();
    else source?.resume();
  }

  /** Trailers travel only in a chunked message; with a `content-length` they are dropped. */
  writeTrailers(trailers: Header[]): void {
    if (this.#over || this.#request === undefined) return;
    if (trailers.length > 0 && this.#request.chunkedEncoding) this.#request.addTrailers(trailers);
    this.#request.end();
  }

  reset(): void {
    if (this.#over) return;
    this.#finish();
    this.#tunnel?.destroy();
    this.#request?.destroy();
  }

  /** Ends the stream with a reset event, unless it is over. */
  fail(reason: ResetReason, detail: string): void {
    if (this.#over) return;
    this.reset();
    this.#events.onReset(reason, detail);
  }

  #start(head: RequestHead): ClientRequest {
    const { endpoint, agent } = this.#context;
    const started = request({
      host: endpoint.address,
      port: endpoint.port,
      agent,
      setHost: false,
      maxHeaderSize: MAXIMUM_RESPONSE_HEAD_BYTES,
    });
    started.on("error", (error) => {
      // What is wrong stands behind the response, which is whole and may wait to be read.
      if (this.#response?.complete === true) return;
      const isCut = this.#connected && (started.socket?.bytesRead ?? 0) > this.#readBefore;
      const reason = resetReasonOf(error, this.#connected, isCut && this.#response === undefined);
      this.fail(reason, reason === "connect-failure" ? connectFailureText(error) : error.message);
    });
    // Set here and not as options: there `node:http` refuses a blank, which Envoy sends as it is.
    started.method = head.method;
    started.path = head.path;
    started.maxHeadersCount = 0;
    started.removeHeader("connection");
    for (const [name, value] of head.fields) started.appendHeader(name, value);
    keepOrder(started, headText(head));
    started.on("socket", (socket) => this.#watchConnect(socket));
    started.on("response", (response) => this.#receive(response));
    started.on("drain", () => this.#over || this.#events.onBlocked?.(false));
    // What an upgrade carries is no body and has no framing.
    if (head.upgrades) started.chunkedEncoding = false;
    started.on("upgrade", (response, socket, first) => this.#changeProtocol(response, socket, first));
    return started;
  }

  #watchConnect(socket: Socket): void {
    this.#readBefore = socket.bytesRead;
    if (!socket.connecting) {
      this.#connected = true;
      return;
    }
    const { clock, connectTimeoutMs } = this.#context;
    this.#connectTimer = clock.after(connectTimeoutMs, () =>
      this.fail("connect-timeout", `no connection within ${connectTimeoutMs} ms`),
    );
    socket.once("connect", () => {
      this.#connected = true;
      this.#connectTimer?.cancel();
    });
  }

  #changeProtocol(response: IncomingMessage, socket: Duplex, first: Buffer): void {
    if (this.#over) return void socket.destroy();
    this.#tunnel = socket;
    const headers = fromRawHeaders(response.rawHeaders);
    this.#events.onHeaders([[":status", String(response.statusCode)], ...headers], false);
    if (first.length > 0) this.#events.onData(first, false);
    socket.on("error", (error) => this.fail("remote-reset", error.message));
    socket.on("data", (chunk: Uint8Array) => this.#over || this.#events.onData(chunk, false));
    socket.on("end", () => {
      if (this.#over) return;
      this.#finish();
      socket.end();
      this.#events.onData(new Uint8Array(), true);
    });
  }

  #receive(response: IncomingMessage): void {
    if (this.#over) return;
    const given = fromRawHeaders(response.rawHeaders);
    const problem = framingProblem(response.statusCode ?? 0, given);
    if (problem !== undefined) return this.fail("protocol-error", problem);
    this.#response = response;
    const status = String(response.statusCode);
    // A 204 says nothing of a length (RFC 9110, 8.6); a 0 that a server sent is dropped, as Envoy drops it.
    const fields = given.filter(([name]) => status !== "204" || name !== "content-length");
    const headers: Header[] = [[":status", status], ...fields];
    const endsHere =
      hasNoBody(this.#method, status) ||
      (response.headers["content-length"] === "0" && response.headers["transfer-encoding"] === undefined);
    response.on("error", (error) => this.fail(resetReasonOf(error, true), error.message));
    if (endsHere) {
      response.resume();
      this.#complete();
      this.#events.onHeaders(headers, true);
      return;
    }
    response.on("data", (chunk: Uint8Array) => {
      if (!this.#over) this.#events.onData(chunk, false);
    });
    response.on("end", () => {
      if (this.#over) return;
      this.#complete();
      const trailers = fromRawHeaders(response.rawTrailers);
      if (trailers.length > 0) this.#events.onTrailers(trailers);
      else this.#events.onData(new Uint8Array(), true);
    });
    this.#events.onHeaders(headers, false);
  }

  /** The response is whole. What of the request is still to come has nobody left to read it. */
  #complete(): void {
    this.#finish();
    if (this.#request?.writableEnded === false) this.#request.destroy();
  }

  #finish(): void {
    this.#over = true;
    this.#connectTimer?.cancel();
    this.#closed();
  }
}
