import type { RouteConfig } from "../gateway/route-config.ts";
import type { Timer } from "../services/clock.ts";
import type { HttpStream } from "./http-stream.ts";
import { gatewayReply } from "./local-reply.ts";

/** Milliseconds; 0 is none. */
export interface StreamLimits {
  /** Without a byte in either direction. */
  idleMs: number;
  /** Until the request is complete. */
  requestMs: number;
  /** For the whole stream. */
  durationMs: number;
}

/** The connection manager's timers of one stream. Source: Envoy, `ConnectionManagerImpl::ActiveStream`. */
export class StreamTimeouts {
  readonly #stream: HttpStream;
  #idleMs = 0;
  #idle: Timer | undefined;
  #request: Timer | undefined;
  #duration: Timer | undefined;
  #lastActivity = 0n;

  constructor(stream: HttpStream) {
    this.#stream = stream;
  }

  /** A route's own limits count in place of the listener's. */
  start(limits: StreamLimits, route: Partial<RouteConfig> = {}): void {
    const { clock } = this.#stream;
    const idleMs = route.idleTimeoutMs ?? limits.idleMs;
    const durationMs = route.maxStreamDurationMs ?? limits.durationMs;
    const { requestMs } = limits;
    this.#lastActivity = clock.now();
    this.#idleMs = idleMs;
    if (idleMs > 0) this.#armIdle(idleMs);
    if (requestMs > 0 && !this.#stream.request.observedEnd)
      this.#request = clock.after(requestMs, () =>
        this.#expire("request timeout", "request_overall_timeout", "-"),
      );
    if (durationMs > 0)
      this.#duration = clock.after(durationMs, () =>
        this.#expire("downstream duration timeout", "max_duration_timeout", "-"),
      );
  }

  /** Bytes went by. The timer itself is not moved: it looks at the time of the last ones when it fires. */
  activity(completesRequest = false): void {
    this.#lastActivity = this.#stream.clock.now();
    if (completesRequest) this.#request?.cancel();
  }

  stop(): void {
    this.#idle?.cancel();
    this.#request?.cancel();
    this.#duration?.cancel();
  }

  #armIdle(ms: number): void {
    this.#idle = this.#stream.clock.after(ms, () => {
      const quietMs = Number((this.#stream.clock.now() - this.#lastActivity) / 1_000_000n);
      if (quietMs < this.#idleMs) this.#armIdle(this.#idleMs - quietMs);
      else this.#expire("stream timeout", "stream_idle_timeout", "SI");
    });
  }

  /** 504 for a complete request, 408 for one that is still coming; a response under way breaks off. */
  #expire(text: string, details: string, flags: string): void {
    const stream = this.#stream;
    if (stream.ended) return;
    stream.flags = flags;
    stream.sendLocalResponse(gatewayReply(stream.request.observedEnd ? 504 : 408, text, details));
  }
}
