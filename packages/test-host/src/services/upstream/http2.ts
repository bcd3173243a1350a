import { connect, constants, type ClientHttp2Session } from "node:http2";
import type { SocketAddress } from "../../gateway/config.ts";
import { addressText } from "../address-text.ts";
import type { Clock, Timer } from "../clock.ts";
import { Http2UpstreamStream } from "./http2-stream.ts";
import { connectFailureText, resetReasonOf } from "./http-failure.ts";
import type { ResetReason, Upstream } from "./upstream.ts";

/** Bytes of flow-control window, as large as Envoy's default, so that big messages do not wait. */
const WINDOW_BYTES = 256 * 1024 * 1024;

/**
 * An HTTP/2 server at `endpoint`, in clear text with prior knowledge. One connection carries all streams; it is made at the
 * first, and anew after it has broken. `connectTimeoutMs` bounds the TCP connect by `clock`.
 */
export function createHttp2Upstream(
  endpoint: SocketAddress,
  connectTimeoutMs: number,
  clock: Clock,
): Upstream {
  const connection = new Connection(endpoint, connectTimeoutMs, clock);
  return {
    open(headers, endStream, events) {
      const stream = new Http2UpstreamStream(headers, endStream, events);
      connection.carry(stream);
      return stream;
    },
    async close() {
      connection.close();
    },
  };
}

class Connection {
  readonly #endpoint: SocketAddress;
  readonly #connectTimeoutMs: number;
  readonly #clock: Clock;
  #session: ClientHttp2Session | undefined;
  #streams = new Set<Http2UpstreamStream>();

  constructor(endpoint: SocketAddress, connectTimeoutMs: number, clock: Clock) {
    this.#endpoint = endpoint;
    this.#connectTimeoutMs = connectTimeoutMs;
    this.#clock = clock;
  }

  carry(stream: Http2UpstreamStream): void {
    const session = (this.#session ??= this.#connect());
    this.#streams.add(stream);
    stream.start(session, () => this.#streams.delete(stream));
  }

  close(): void {
    this.#break(this.#session, "local-reset", "the upstream was closed");
  }

  #connect(): ClientHttp2Session {
    const session = connect(`http://${addressText(this.#endpoint)}`, {
      settings: { enablePush: false, initialWindowSize: WINDOW_BYTES },
    });
    let timer: Timer | undefined = this.#clock.after(this.#connectTimeoutMs, () =>
      this.#break(session, "connect-timeout", `no connection within ${this.#connectTimeoutMs} ms`),
    );
    session.on("connect", () => {
      timer?.cancel();
      timer = undefined;
      // On a busy machine it may connect when the time for it is over.
      if (!session.destroyed) session.setLocalWindowSize(WINDOW_BYTES);
    });
    session.on("error", (error) => {
      const reason = resetReasonOf(error, timer === undefined);
      timer?.cancel();
      this.#break(session, reason, connectFailureText(error));
    });
    session.on("close", () => this.#break(session, "remote-reset", "the connection was closed"));
    // Streams under way end as the server says; the next one needs a connection of its own.
    session.on("goaway", (code) => {
      if (code !== constants.NGHTTP2_NO_ERROR) this.#break(session, "remote-reset", "GOAWAY");
      else if (this.#session === session) this.#session = undefined;
    });
    return session;
  }

  #break(session: ClientHttp2Session | undefined, reason: ResetReason, detail: string): void {
    if (session === undefined) return;
    if (this.#session === session) this.#session = undefined;
    session.destroy();
    for (const stream of this.#streams) if (stream.session === session) stream.fail(reason, detail);
  }
}
