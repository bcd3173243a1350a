import type { Header, Upstream, UpstreamEvents, UpstreamStream } from "../services/upstream/upstream.ts";

/** Thresholds of a cluster; Envoy's default for each is 1024. */
export interface CircuitBreakerConfig {
  maxConnections?: number;
  /** Requests that wait for a connection. 0 lets none through, for a first connection needs one that waits. */
  maxPendingRequests?: number;
  maxRequests?: number;
}

const DEFAULT_THRESHOLD = 1024;

/** Counts a cluster's requests. Each has an HTTP/1.1 connection of its own; those without one wait in line. */
export class CircuitBreaker {
  readonly #maxConnections: number;
  readonly #maxPending: number;
  readonly #maxRequests: number;
  readonly #waiting = new Set<QueuedStream>();
  #active = 0;

  constructor({ maxConnections, maxPendingRequests, maxRequests }: CircuitBreakerConfig = {}) {
    this.#maxConnections = maxConnections ?? DEFAULT_THRESHOLD;
    this.#maxPending = maxPendingRequests ?? DEFAULT_THRESHOLD;
    this.#maxRequests = maxRequests ?? DEFAULT_THRESHOLD;
  }

  /** The next request would be refused: `overflow`. */
  get isOpen(): boolean {
    if (this.#maxPending === 0 || this.#active >= this.#maxRequests) return true;
    return this.#active >= this.#maxConnections && this.#waiting.size >= this.#maxPending;
  }

  /** `upstream`, with its requests counted. */
  guard(upstream: Upstream): Upstream {
    return {
      open: (headers, endStream, events) => {
        if (this.#active < this.#maxConnections) return this.#start(upstream, headers, endStream, events);
        const queued = new QueuedStream(
          (ended) => this.#start(upstream, headers, ended, events),
          endStream,
          () => this.#waiting.delete(queued),
        );
        this.#waiting.add(queued);
        return queued;
      },
      close: () => upstream.close(),
    };
  }

  #start(upstream: Upstream, headers: Header[], endStream: boolean, events: UpstreamEvents): UpstreamStream {
    this.#active++;
    let isOver = false;
    const over = (): void => {
      if (isOver) return;
      isOver = true;
      this.#active--;
      const [next] = this.#waiting;
      if (next === undefined || this.#active >= this.#maxConnections) return;
      this.#waiting.delete(next);
      next.start();
    };
    const stream = upstream.open(headers, endStream, {
      onHeaders: (response, end) => (end && over(), events.onHeaders(response, end)),
      onData: (chunk, end) => (end && over(), events.onData(chunk, end)),
      onTrailers: (trailers) => (over(), events.onTrailers(trailers)),
      onReset: (reason, detail) => (over(), events.onReset(reason, detail)),
      onBlocked: (blocked) => events.onBlocked?.(blocked),
    });
    return {
      pause: (paused) => stream.pause?.(paused),
      write: (chunk, end) => stream.write(chunk, end),
      writeTrailers: (trailers) => stream.writeTrailers(trailers),
      reset: () => {
        stream.reset();
        over();
      },
    };
  }
}

/** A request that waits for a connection and keeps what is written meanwhile. */
class QueuedStream implements UpstreamStream {
  readonly #open: (ended: boolean) => UpstreamStream;
  readonly #ended: boolean;
  readonly #leave: () => void;
  #stream: UpstreamStream | undefined;
  #written: ((stream: UpstreamStream) => void)[] = [];

  constructor(open: (ended: boolean) => UpstreamStream, ended: boolean, leave: () => void) {
    this.#open = open;
    this.#ended = ended;
    this.#leave = leave;
  }

  start(): void {
    const stream = this.#open(this.#ended);
    this.#stream = stream;
    for (const write of this.#written) write(stream);
    this.#written = [];
  }

  pause(paused: boolean): void {
    this.#do((stream) => stream.pause?.(paused));
  }

  write(chunk: Uint8Array, endStream: boolean): void {
    this.#do((stream) => stream.write(chunk, endStream));
  }

  writeTrailers(trailers: Header[]): void {
    this.#do((stream) => stream.writeTrailers(trailers));
  }

  reset(): void {
    this.#leave();
    this.#stream?.reset();
  }

  #do(write: (stream: UpstreamStream) => void): void {
    if (this.#stream === undefined) this.#written.push(write);
    else write(this.#stream);
  }
}
