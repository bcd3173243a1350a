import type { Header, ResetReason, UpstreamStream } from "../services/upstream/upstream.ts";
import type { Timer } from "../services/clock.ts";
import type { Sink } from "./direction.ts";
import { HeaderMap, isBadName, isBadValue } from "./header-map.ts";
import type { HttpStream } from "./http-stream.ts";
import { gatewayReply } from "./local-reply.ts";
import { brokenFraming, MessageLength } from "./message-length.ts";
import { finalizeRequest, finalizeResponse, routeReply } from "./routing/apply-route.ts";
import { upstreamFailure, type FailureReason } from "./upstream-failure.ts";

/** Why Envoy's codec refuses to write these request headers; undefined when it does not. */
export function refusedRequestHeaders(headers: HeaderMap): string | undefined {
  if (headers.get(":method") === undefined) return "missing required header: :method";
  if (headers.get(":path") === undefined) return "missing required header: :path";
  for (const [name, value] of headers.entries()) {
    if (isBadName(name)) return `invalid header name: ${escaped(name)}`;
    if (isBadValue(value)) return `invalid header value for: ${name}`;
  }
  return undefined;
}

/** The end of the request direction: chooses the route again if headers changed, and speaks to its cluster. */
export class Router implements Sink {
  readonly #stream: HttpStream;
  #upstream: UpstreamStream | undefined;
  #timer: Timer | undefined;
  #timeoutMs = 0;
  #passesTrailers = true;
  #length: MessageLength | undefined;

  constructor(stream: HttpStream) {
    this.#stream = stream;
  }

  headers(endStream: boolean): void {
    const stream = this.#stream;
    const headers = stream.request.headers ?? new HeaderMap();
    const reply = (status: number, body: string, details: string, flags: string) => {
      stream.flags = flags;
      stream.sendLocalResponse(gatewayReply(status, body, details));
    };
    const chosen = stream.route();
    if (chosen === undefined) return reply(404, "", "route_not_found", "NR");
    const { action, timeoutMs } = chosen.route;
    if (!("cluster" in action)) {
      stream.flags = "-";
      return stream.sendLocalResponse(routeReply(stream, chosen, action));
    }
    const cluster = stream.host.cluster(action.cluster);
    if (cluster === undefined) return reply(503, "", "cluster_not_found", "NC");
    this.#passesTrailers = cluster.enableTrailers;
    if (cluster.overflows) return this.#fail("overflow", "", [["x-envoy-overloaded", "true"]]);
    const host = cluster.pick(stream.overrideHost);
    if (host === undefined) return reply(503, "no healthy upstream", "no_healthy_upstream", "UH");
    this.#timeoutMs = timeoutMs;
    if (timeoutMs > 0) headers.set("x-envoy-expected-rq-timeout-ms", String(timeoutMs));
    finalizeRequest(stream, headers, chosen);
    const refusal = refusedRequestHeaders(headers);
    if (refusal !== undefined) {
      const details = `filter_removed_required_request_headers{${refusal.replace(/\s/g, "_")}}`;
      return reply(503, refusal, details, "DPE");
    }
    const broken = stream.upgrade === undefined ? brokenFraming(headers, endStream) : undefined;
    if (broken !== undefined) {
      stream.wireFault("content-length-mismatch", `the request's ${broken}: the upstream waits for the rest`);
      return this.#fail("remote-reset");
    }
    this.#length = new MessageLength(headers, endStream);
    stream.upstreamAddress = host.address;
    stream.host.trace?.step(stream.id, {
      kind: "upstream-request",
      cluster: action.cluster,
      address: host.address,
      method: headers.get(":method") ?? "",
      path: headers.get(":path") ?? "",
    });
    stream.attempts++;
    const openedAt = stream.clock.now();
    this.#upstream = host.upstream.open(headers.entries(), endStream, {
      onHeaders: (response, end) => this.#onHeaders(response, end, openedAt),
      onData: (chunk, end) => stream.fromUpstream(chunk, end),
      onTrailers: (trailers) => {
        if (cluster.enableTrailers) stream.trailersFromUpstream(trailers);
        else stream.fromUpstream(new Uint8Array(), true);
      },
      onReset: (reason, detail) => this.#onReset(reason, detail),
      onBlocked: (blocked) => (stream.requestBlocked = blocked),
    });
    if (endStream) this.#requestComplete();
  }

  data(bytes: Uint8Array, endStream: boolean): void {
    if (this.#upstream === undefined || (bytes.length === 0 && !endStream)) return;
    const sent = this.#length?.admit(bytes, endStream) ?? { bytes };
    if (sent.fault !== undefined) {
      this.#stream.wireFault(
        "content-length-mismatch",
        `the request body ${sent.fault}: the surplus becomes the start of the next request on that connection, ` +
          "or the upstream waits for the rest; remove content-length while the headers are held",
      );
    }
    if (sent.short) {
      this.reset();
      return this.#fail("remote-reset");
    }
    this.#upstream.write(sent.bytes, endStream);
    if (endStream) this.#requestComplete();
  }

  trailers(): void {
    if (this.#passesTrailers) this.#upstream?.writeTrailers(this.#stream.request.trailers?.entries() ?? []);
    else this.#upstream?.write(new Uint8Array(), true);
    this.#requestComplete();
  }

  pauseResponse(paused: boolean): void {
    this.#upstream?.pause?.(paused);
  }

  /** Ends the request to the upstream, if it is still under way. */
  reset(): void {
    this.#timer?.cancel();
    const upstream = this.#upstream;
    this.#upstream = undefined;
    upstream?.reset();
  }

  /** The response is complete: nothing to end any more. */
  finished(): void {
    this.#timer?.cancel();
    this.#upstream = undefined;
  }

  /** The route's timeout counts from the end of the request. */
  #requestComplete(): void {
    if (this.#timeoutMs === 0 || this.#upstream === undefined) return;
    this.#timer = this.#stream.clock.after(this.#timeoutMs, () => {
      this.reset();
      this.#stream.flags = "UT";
      this.#stream.sendLocalResponse(gatewayReply(504, "upstream request timeout", "response_timeout"));
    });
  }

  #onHeaders(response: Header[], endStream: boolean, openedAt: bigint): void {
    const headers = new HeaderMap(response);
    // Of the hop headers this one goes here, before the filters: one that a plugin adds reaches the client.
    headers.remove("keep-alive");
    const ms = (this.#stream.clock.now() - openedAt) / 1_000_000n;
    if (headers.get(":status") !== "101") headers.set("x-envoy-upstream-service-time", String(ms));
    const stream = this.#stream;
    const status = Number(headers.get(":status") ?? 0);
    stream.host.trace?.step(stream.id, { kind: "upstream-response", status });
    if (stream.ended || stream.answering) return;
    if (stream.upgrade !== undefined && status !== 101) {
      this.reset();
      return stream.sendLocalResponse(gatewayReply(status, "", "websocket_handshake_unsuccessful"));
    }
    stream.response.headers = headers;
    finalizeResponse(stream, headers, stream.reportedRoute);
    stream.headersFromUpstream(headers, endStream);
  }

  #onReset(reason: ResetReason, detail: string): void {
    const stream = this.#stream;
    stream.host.trace?.step(stream.id, { kind: "upstream-reset", reason: detail === "" ? reason : detail });
    this.finished();
    this.#fail(reason, detail);
  }

  /** Answers for the upstream, or breaks its response off. */
  #fail(reason: FailureReason, detail = "", headers: Header[] = []): void {
    const stream = this.#stream;
    const failure = upstreamFailure(reason, detail);
    stream.flags = failure.flags;
    stream.transportFailure = failure.transport;
    if (stream.response.headers !== undefined) {
      stream.reset(`upstream_reset_after_response_started{${failure.cause}}`);
      return;
    }
    const details = `upstream_reset_before_response_started{${failure.cause}}`;
    stream.sendLocalResponse(gatewayReply(failure.status, failure.body, details, headers));
  }
}

/** As Envoy shows what is no header name. */
function escaped(name: string): string {
  return name.replace(/[\x00-\x1f]/g, (control) => JSON.stringify(control).slice(1, -1));
}
