import type { Clock, Timer } from "../services/clock.ts";
import { encodeFrame, FrameReader } from "../services/grpc/frames.ts";
import { GrpcStatus, grpcStatusOfHttp, readGrpcStatus } from "../services/grpc/status.ts";
import type { Header, Upstream, UpstreamStream } from "../services/upstream/upstream.ts";
import { HeaderMap } from "../stream/header-map.ts";
import { gatewayReply, shapeLocalReply } from "../stream/local-reply.ts";
import { upstreamFailure } from "../stream/upstream-failure.ts";

/** What comes back, in this order; `close` is always last, and comes exactly once. */
export interface GrpcEvents {
  initialMetadata(metadata: Header[]): void;
  message(message: Uint8Array): void;
  trailingMetadata(metadata: Header[]): void;
  /** `message` is what `proxy_get_status` shows: the server's text and, in braces, the gateway's details. */
  close(status: number, message: string): void;
}

/** How an exchange can fail before anything is sent. */
export interface LocalFailure {
  status: number;
  body: string;
  details: string;
}

/**
 * One gRPC request and its response on an HTTP stream. What the gateway itself answers (no host, timeout, reset) becomes a
 * trailers-only response, as for any gRPC request. Source: Envoy, source/common/grpc/async_client_impl.cc.
 */
export class GrpcExchange {
  readonly #headers: HeaderMap;
  readonly #events: GrpcEvents;
  readonly #maxMessageBytes: number;
  readonly #frames = new FrameReader();
  #stream: UpstreamStream | undefined;
  #clock: Clock | undefined;
  #sentAt = 0n;
  #timer: Timer | undefined;
  #responded = false;
  #halfClosed = false;
  #inTrailers = false;
  #over = false;
  #details = "via_upstream";

  constructor(headers: HeaderMap, maxMessageBytes: number, events: GrpcEvents) {
    this.#headers = headers;
    this.#maxMessageBytes = maxMessageBytes;
    this.#events = events;
  }

  open(upstream: Upstream, clock: Clock): void {
    this.#clock = clock;
    this.#stream = upstream.open(this.#headers.entries(), false, {
      onHeaders: (headers, endStream) => this.#onHeaders(this.#withServiceTime(headers), endStream),
      onData: (chunk, endStream) => this.#onData(chunk, endStream),
      onTrailers: (trailers) => this.#onTrailers(trailers),
      onReset: (reason, detail) => {
        if (this.#responded) {
          this.#details = `upstream_reset_after_response_started{${upstreamFailure(reason).cause}}`;
          this.#fail(GrpcStatus.Internal);
          return;
        }
        const { status, body, cause } = upstreamFailure(reason, detail);
        this.failLocally({ status, body, details: `upstream_reset_before_response_started{${cause}}` });
      },
    });
  }

  /** Counts from now, which for a call is the end of its request. */
  limit(clock: Clock, timeoutMs: number): void {
    if (timeoutMs === 0 || this.#over) return;
    this.#timer = clock.after(timeoutMs, () => {
      this.#stream?.reset();
      const details = "response_timeout";
      if (this.#responded) {
        this.#details = details;
        this.#fail(GrpcStatus.Internal);
      } else this.failLocally({ status: 504, body: "upstream request timeout", details });
    });
  }

  send(message: Uint8Array, endStream: boolean): void {
    if (this.#over || this.#halfClosed) return;
    if (endStream) this.#endRequest();
    this.#stream?.write(encodeFrame(message), endStream);
  }

  /** Ends the request's direction. */
  halfClose(): void {
    if (this.#over || this.#halfClosed) return;
    this.#endRequest();
    if (this.#inTrailers) {
      // Envoy takes its own end, while it reads the other one, for a reset: observed in 1.40.
      this.#details = "upstream_reset_before_response_started";
      this.#fail(GrpcStatus.Internal);
      return;
    }
    this.#stream?.write(new Uint8Array(), true);
  }

  /** Ends both directions, without a further event. */
  cancel(): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer?.cancel();
    this.#stream?.reset();
  }

  /** Answers in the service's place. */
  failLocally({ status, body, details }: LocalFailure): void {
    if (this.#over) return;
    this.#details = details;
    const { headers } = shapeLocalReply(gatewayReply(status, body, details), this.#headers);
    this.#onHeaders(headers.entries(), true);
  }

  #endRequest(): void {
    this.#halfClosed = true;
    this.#sentAt = this.#clock?.now() ?? 0n;
  }

  /** The router tells the time from the request's end, if that has come. */
  #withServiceTime(headers: Header[]): Header[] {
    if (!this.#halfClosed || this.#clock === undefined) return headers;
    const ms = (this.#clock.now() - this.#sentAt) / 1_000_000n;
    return [...headers, ["x-envoy-upstream-service-time", String(ms)]];
  }

  #onHeaders(received: Header[], endStream: boolean): void {
    if (this.#over) return;
    this.#responded = true;
    const headers = new HeaderMap(received);
    const status = Number(headers.get(":status"));
    const isTrailersOnly = endStream && (status === 200 || headers.get("grpc-status") !== undefined);
    this.#events.initialMetadata(endStream || status !== 200 ? [] : received);
    if (this.#over) return;
    if (isTrailersOnly) this.#onTrailers(received);
    else if (status !== 200) this.#fail(grpcStatusOfHttp(status));
  }

  #onData(chunk: Uint8Array, endStream: boolean): void {
    if (this.#over) return;
    const messages = this.#frames.push(chunk);
    if (messages === undefined) return this.#fail(GrpcStatus.Internal);
    for (const message of messages) {
      if (this.#maxMessageBytes > 0 && message.length > this.#maxMessageBytes)
        return this.#fail(GrpcStatus.ResourceExhausted);
      this.#events.message(message);
      if (this.#over) return;
    }
    if (endStream) this.#fail(GrpcStatus.Unknown);
  }

  #onTrailers(received: Header[]): void {
    if (this.#over) return;
    this.#inTrailers = true;
    this.#events.trailingMetadata(received);
    const trailers = new HeaderMap(received);
    const status = readGrpcStatus(trailers.get("grpc-status")) ?? GrpcStatus.Unknown;
    this.#close(status, trailers.get("grpc-message") ?? "");
  }

  #fail(status: number): void {
    this.#stream?.reset();
    this.#events.trailingMetadata([]);
    this.#close(status, "");
  }

  #close(status: number, message: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer?.cancel();
    this.#events.close(status, message === "" ? this.#details : `${message}{${this.#details}}`);
  }
}
