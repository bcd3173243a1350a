import type { Clock } from "../clock.ts";
import { UpstreamReset } from "../upstream/in-process.ts";
import type { Header, Upstream, UpstreamEvents, UpstreamStream } from "../upstream/upstream.ts";
import { encodeFrame, FrameReader } from "./frames.ts";

/** What a method throws to end its call with a status other than 0. */
export class GrpcError extends Error {
  override readonly name = "GrpcError";
  /** 1 to 16. */
  readonly status: number;

  /** `message` becomes `grpc-message`. */
  constructor(status: number, message = "") {
    super(message);
    this.status = status;
  }
}

/** A call, as a method sees it. */
export interface GrpcServerCall {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** The request's headers, initial metadata among them. */
  readonly headers: Header[];
  /** The next message of the client; undefined after its last. */
  receive(): Promise<Uint8Array | undefined>;
  /** Sent before the first message; change it until then. */
  readonly initialMetadata: Header[];
  /** Sent with the status. */
  readonly trailingMetadata: Header[];
  /** The gateway's. */
  readonly clock: Clock;
}

type Message = Uint8Array | string;

/**
 * Answers one call: with a message, none, or an async generator of many. Ends with status 0, or what a `GrpcError` says; an
 * `UpstreamReset` resets the stream, and a promise that never settles is a service that hangs.
 */
export type GrpcMethod = (
  call: GrpcServerCall,
) => Message | undefined | Promise<Message | undefined> | AsyncIterable<Message>;

const UNKNOWN = 2;

/** A gRPC service in this process. A path that `find` does not know answers status 12. */
export function createInProcessGrpc(find: (path: string) => GrpcMethod | undefined, clock: Clock): Upstream {
  const open = new Set<ServerCall>();
  return {
    open(headers, endStream, events) {
      const call = new ServerCall(headers, events, clock, () => open.delete(call));
      open.add(call);
      if (endStream) call.write(new Uint8Array(), true);
      void call.run(find(call.path));
      return call;
    },
    async close() {
      for (const call of open) call.fail(new UpstreamReset("local-reset", "the upstream was closed"));
    },
  };
}

class ServerCall implements GrpcServerCall, UpstreamStream {
  readonly path: string;
  readonly headers: Header[];
  readonly clock: Clock;
  readonly initialMetadata: Header[] = [];
  readonly trailingMetadata: Header[] = [];
  readonly #events: UpstreamEvents;
  readonly #closed: () => void;
  readonly #frames = new FrameReader();
  readonly #received: Uint8Array[] = [];
  #ended = false;
  #waiting: (() => void) | undefined;
  #headersSent = false;
  #over = false;

  constructor(headers: Header[], events: UpstreamEvents, clock: Clock, closed: () => void) {
    this.headers = headers.map(([name, value]) => [name, value]);
    this.path = headers.find(([name]) => name === ":path")?.[1] ?? "";
    this.clock = clock;
    this.#events = events;
    this.#closed = closed;
  }

  async receive(): Promise<Uint8Array | undefined> {
    while (this.#received.length === 0 && !this.#ended)
      await new Promise<void>((resolve) => (this.#waiting = resolve));
    return this.#received.shift();
  }

  write(chunk: Uint8Array, endStream: boolean): void {
    this.#received.push(...(this.#frames.push(chunk) ?? []));
    this.#ended ||= endStream;
    this.#waiting?.();
  }

  writeTrailers(): void {
    this.write(new Uint8Array(), true);
  }

  reset(): void {
    this.#over = true;
    this.#closed();
  }

  fail(reset: UpstreamReset): void {
    if (this.#over) return;
    this.reset();
    this.#events.onReset(reset.reason, reset.message);
  }

  async run(method: GrpcMethod | undefined): Promise<void> {
    await nextTurn();
    try {
      if (method === undefined) throw new GrpcError(12, `no method ${this.path}`);
      const answer = method(this);
      if (typeof answer === "object" && Symbol.asyncIterator in answer) {
        for await (const message of answer) await this.#send(message);
      } else {
        const message = await answer;
        if (message !== undefined) await this.#send(message);
      }
      this.#finish(0, "");
    } catch (error) {
      if (error instanceof UpstreamReset) this.fail(error);
      else if (error instanceof GrpcError) this.#finish(error.status, error.message);
      else this.#finish(UNKNOWN, `the method threw: ${String(error)}`);
    }
  }

  async #send(message: Message): Promise<void> {
    await nextTurn();
    if (this.#over) return;
    this.#sendHeaders();
    this.#events.onData(encodeFrame(typeof message === "string" ? Buffer.from(message) : message), false);
    await nextTurn();
  }

  #sendHeaders(): void {
    if (this.#headersSent) return;
    this.#headersSent = true;
    const headers: Header[] = [
      [":status", "200"],
      ["content-type", "application/grpc"],
    ];
    this.#events.onHeaders([...headers, ...this.initialMetadata], false);
  }

  /** An error without a message before it is a trailers-only response, as gRPC's servers answer. */
  #finish(status: number, message: string): void {
    if (this.#over) return;
    const trailers: Header[] = [["grpc-status", String(status)]];
    if (message !== "") trailers.push(["grpc-message", message]);
    trailers.push(...this.trailingMetadata);
    if (status !== 0 && !this.#headersSent) {
      this.reset();
      this.#events.onHeaders([[":status", "200"], ["content-type", "application/grpc"], ...trailers], true);
      return;
    }
    this.#sendHeaders();
    if (this.#over) return;
    this.reset();
    this.#events.onTrailers(trailers);
  }
}

/** Each event of its own turn of the event loop, as bytes from a socket would be. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
