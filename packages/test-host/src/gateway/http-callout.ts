import type { Clock, Timer } from "../services/clock.ts";
import type { Header, Upstream, UpstreamStream } from "../services/upstream/upstream.ts";
import { refusedRequestHeaders } from "../stream/router.ts";
import { upstreamFailure } from "../stream/upstream-failure.ts";
import { HeaderMap } from "../stream/header-map.ts";
import type { CallResult, HttpCallRequest } from "../vm/context.ts";
import { toBytes } from "../vm/pairs.ts";
import { Status } from "../vm/status.ts";
import { BROKEN, type CalloutOwner } from "./callouts.ts";

/** What `proxy_on_http_call_response` is told. Without headers the answer broke off. */
export interface CalloutResult {
  headers: Header[];
  body: Uint8Array;
  trailers: Header[];
}

/** Larger answers end the call as a broken one: Envoy's `http.async_response_size_limit`. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Makes the call of one plugin, and calls it back. A cluster without a host refuses at once, and uses a token. */
export function callHttp(owner: CalloutOwner, request: HttpCallRequest): CallResult {
  const refused = (status: number): CallResult => ({ status, token: 0 });
  const cluster = owner.cluster(request.cluster);
  const names = new Set(request.headers.map(([name]) => name));
  const isComplete =
    names.has(":method") && names.has(":path") && (names.has(":authority") || names.has("host"));
  if (cluster === undefined || !isComplete || request.timeoutMs < 0) return refused(Status.BadArgument);
  const token = owner.vm.nextToken("http");
  const host = cluster.pick();
  if (host === undefined) return refused(Status.InternalFailure);
  owner.wait((end) =>
    startHttpCallout(request, host.upstream, owner.vm.host.clock, (result) => {
      end();
      const { headers, body, trailers } = result;
      const args = [token, headers.length, body.length, trailers.length];
      const callback = "proxy_on_http_call_response";
      if (headers.length > 0) owner.enter(callback, args, { httpCall: result });
      else owner.enterFailed(BROKEN, callback, args);
    }),
  );
  return { status: Status.Ok, token };
}

/**
 * Sends one request and collects the whole answer. What Envoy makes up: 504 for the timeout, 503 for a connection that failed, 502 for
 * garbage. Once an answer has begun, a timeout is a reset. Source: Envoy, source/common/http/async_client_impl.cc.
 */
export function startHttpCallout(
  request: HttpCallRequest,
  upstream: Upstream,
  clock: Clock,
  done: (result: CalloutResult) => void,
): { cancel(): void } {
  const headers = new HeaderMap([], "request");
  headers.replaceAll(request.headers);
  const refusal = refusedRequestHeaders(headers);
  let timer: Timer | undefined;
  let stream: UpstreamStream | undefined;
  let isDone = false;
  let answer: Header[] | undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;

  const finish = (result: CalloutResult) => {
    if (isDone) return;
    isDone = true;
    timer?.cancel();
    done(result);
  };
  const broken: CalloutResult = { headers: [], body: new Uint8Array(), trailers: [] };
  if (refusal !== undefined) {
    timer = clock.after(0, () => finish(madeUp(503, refusal)));
    return { cancel: () => timer?.cancel() };
  }
  if (request.body.length > 0) headers.set("content-length", String(request.body.length));
  headers.set("x-envoy-internal", "true");
  if (request.timeoutMs > 0) {
    headers.set("x-envoy-expected-rq-timeout-ms", String(request.timeoutMs));
    timer = clock.after(request.timeoutMs, () => {
      stream?.reset();
      finish(answer === undefined ? madeUp(504, "upstream request timeout") : broken);
    });
  }
  const openedAt = clock.now();
  const complete = (trailers: Header[]) =>
    finish({ headers: answer ?? [], body: Buffer.concat(chunks), trailers });
  const isBodiless = request.body.length === 0 && request.trailers.length === 0;
  stream = upstream.open(headers.entries(), isBodiless, {
    onHeaders(received, endStream) {
      const elapsedMs = Number((clock.now() - openedAt) / 1_000_000n);
      const isTold = received.some(([name]) => name === "x-envoy-upstream-service-time");
      answer = isTold ? received : [...received, ["x-envoy-upstream-service-time", String(elapsedMs)]];
      if (endStream) complete([]);
    },
    onData(chunk, endStream) {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) {
        stream?.reset();
        finish(broken);
        return;
      }
      chunks.push(chunk);
      if (endStream) complete([]);
    },
    onTrailers: complete,
    onReset(reason, detail) {
      if (answer !== undefined) return finish(broken);
      const { status, body } = upstreamFailure(reason, detail);
      finish(madeUp(status, body));
    },
  });
  if (request.body.length > 0) stream.write(request.body, request.trailers.length === 0);
  if (request.trailers.length > 0) stream.writeTrailers(request.trailers);
  return {
    cancel() {
      isDone = true;
      timer?.cancel();
      stream?.reset();
    },
  };
}

function madeUp(status: number, text: string): CalloutResult {
  const body = toBytes(text);
  return {
    headers: [
      [":status", String(status)],
      ["content-length", String(body.length)],
      ["content-type", "text/plain"],
    ],
    body,
    trailers: [],
  };
}
