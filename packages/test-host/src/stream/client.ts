import type { DownstreamEvents } from "../gateway/downstream.ts";
import type { Header } from "../services/upstream/upstream.ts";
import type { Sink } from "./direction.ts";
import { HeaderMap } from "./header-map.ts";
import type { HttpStream } from "./http-stream.ts";
import { findHeaderFaults, gatewayReply } from "./local-reply.ts";
import { MessageLength } from "./message-length.ts";

const HOP_HEADERS = ["connection", "proxy-connection", "transfer-encoding", "upgrade"];

/** The end of the response direction: what the connection manager does to a response, then the client. */
export class Client implements Sink {
  /** The response head has gone out: nothing can be taken back. */
  headersSent = false;
  readonly #stream: HttpStream;
  readonly #events: DownstreamEvents;
  #pending: (() => void)[] = [];
  #length: MessageLength | undefined;

  constructor(stream: HttpStream, events: DownstreamEvents) {
    this.#stream = stream;
    this.#events = events;
  }

  headers(endStream: boolean): void {
    const stream = this.#stream;
    const headers = stream.response.headers ?? new HeaderMap();
    const status = headers.get(":status");
    if (status === undefined || !/^\d+$/.test(status)) {
      const details = `filter_removed_required_response_headers{missing_required_header:_:status}`;
      stream.sendDirectly(gatewayReply(502, "missing required header: :status", details));
      return;
    }
    this.send(headers, endStream);
  }

  /** Puts the response head on the wire. */
  send(headers: HeaderMap, endStream: boolean): void {
    this.#mutate(headers);
    const entries = headers.entries();
    const faults = findHeaderFaults(entries);
    const status = Number(headers.get(":status") ?? 0);
    const isUpgrade = status === 101 && this.#stream.upgrade !== undefined;
    if ((status < 200 || status > 599) && !isUpgrade)
      this.#stream.wireFault(
        "invalid-status",
        `a response with status ${status}: Envoy writes it on the wire as it is`,
      );
    for (const fault of faults) this.#stream.wireFault(fault.code, fault.message);
    const safe =
      faults.length === 0 ? entries : entries.filter((entry) => findHeaderFaults([entry]).length === 0);
    const isHead = this.#stream.request.headers?.get(":method") === "HEAD";
    this.#length = new MessageLength(headers, endStream || isHead || headers.get(":status") === "304");
    this.headersSent = true;
    this.#stream.host.trace?.step(this.#stream.id, { kind: "response", status });
    const early = !this.#stream.request.observedEnd;
    this.#deliver(() => this.#events.onHeaders(withStatusFirst(safe), endStream, early));
    if (endStream) this.#stream.finish();
  }

  /** What the gateway itself says. Source: Envoy, `ConnectionManagerUtility::mutateResponseHeaders`. */
  #mutate(headers: HeaderMap): void {
    const { settings, upgrade, clock, request } = this.#stream;
    const changesProtocol = upgrade !== undefined && headers.get(":status") === "101";
    for (const name of HOP_HEADERS)
      if (!changesProtocol || (name !== "connection" && name !== "upgrade")) headers.remove(name);
    const date = new Date(Number(clock.now() / 1_000_000n)).toUTCString();
    if (headers.get("date") === undefined) headers.set("date", date);
    const { serverHeader = "overwrite", serverName = "envoy", via } = settings;
    const isNamed = headers.get("server") !== undefined;
    if (serverHeader === "overwrite" || (serverHeader === "append-if-absent" && !isNamed))
      headers.replace("server", serverName);
    if (via !== undefined) headers.add("via", via);
    const id = request.headers?.get("x-request-id");
    if (settings.requestIdInResponse === true && id !== undefined) headers.set("x-request-id", id);
  }

  data(bytes: Uint8Array, endStream: boolean): void {
    if (bytes.length === 0 && !endStream) return;
    const sent = this.#length?.admit(bytes, endStream) ?? { bytes };
    if (sent.fault !== undefined) {
      this.#stream.wireFault(
        "content-length-mismatch",
        `the response body ${sent.fault}: the client reads the surplus as the next response, or waits for the rest; ` +
          "remove content-length in the response headers phase",
      );
    }
    if (sent.short) {
      this.#stream.reset("content_length_mismatch");
      return;
    }
    this.#stream.responseBytes += sent.bytes.length;
    this.#deliver(() => this.#events.onData(sent.bytes, endStream));
    if (endStream) this.#stream.finish();
  }

  trailers(): void {
    const entries = this.#stream.response.trailers?.entries() ?? [];
    this.#deliver(() => this.#events.onTrailers(entries));
    this.#stream.finish();
  }

  reset(details: string): void {
    this.#deliver(() => this.#events.onReset(details));
  }

  /** The client has left: nobody listens. */
  forget(): void {
    this.#pending = [];
  }

  /** Never from inside a call of the skin. */
  #deliver(event: () => void): void {
    this.#pending.push(event);
    if (this.#pending.length > 1) return;
    queueMicrotask(() => {
      while (this.#pending.length > 0) {
        this.#pending[0]?.();
        this.#pending.shift();
      }
    });
  }
}

function withStatusFirst(entries: Header[]): Header[] {
  const status = entries.filter(([name]) => name === ":status").slice(0, 1);
  return [...status, ...entries.filter(([name]) => !name.startsWith(":"))];
}
