import { GrpcStatus, grpcTimeout } from "../services/grpc/status.ts";
import { Body } from "../stream/body.ts";
import { HeaderMap } from "../stream/header-map.ts";
import { detailsText } from "../stream/local-reply.ts";
import { refusedRequestHeaders } from "../stream/router.ts";
import type { CallResult, GrpcCallRequest } from "../vm/context.ts";
import { fromBytes } from "../vm/pairs.ts";
import { Status } from "../vm/status.ts";
import type { CalloutOwner } from "./callouts.ts";
import { GrpcExchange, type GrpcEvents, type LocalFailure } from "./grpc-exchange.ts";
import { readGrpcTarget, type GrpcTarget } from "./grpc-target.ts";

const KIND_MASK = 3;
const CALL = 1;
const STREAM = 2;

interface Open {
  exchange: GrpcExchange;
  /** The service has closed its direction, and the guest has been told. */
  remoteClosed: boolean;
  localClosed: boolean;
  end: () => void;
}

/** gRPC calls and streams of one root context. Source: Envoy, source/extensions/common/wasm/context.cc. */
export class GrpcCallouts {
  readonly #owner: CalloutOwner;
  readonly #open = new Map<number, Open>();

  constructor(owner: CalloutOwner) {
    this.#owner = owner;
  }

  /**
   * 4: no such cluster. 10: nothing was sent; the token is used all the same, and `proxy_on_grpc_close` tells of it by that
   * token, which the guest has not been given.
   */
  call(request: GrpcCallRequest, message: Uint8Array, timeoutMs: number): CallResult {
    const target = this.#target(request);
    if (typeof target === "number") return { status: target, token: 0 };
    const token = this.#owner.vm.nextToken("grpcCall");
    const headers = requestHeaders(request, target, timeoutMs);
    let reply: Uint8Array | undefined;
    return this.#start(
      token,
      target,
      headers,
      {
        initialMetadata: () => undefined,
        trailingMetadata: () => undefined,
        message: (received) => (reply = received),
        close: (status, text) => {
          if (status !== GrpcStatus.Ok) this.#closed(token, status, text);
          else if (reply === undefined) this.#closed(token, GrpcStatus.Internal, "");
          else this.#received(token, reply);
        },
      },
      (exchange) => {
        exchange.send(message, true);
        exchange.limit(this.#owner.vm.host.clock, timeoutMs);
      },
    );
  }

  stream(request: GrpcCallRequest): CallResult {
    const target = this.#target(request);
    if (typeof target === "number") return { status: target, token: 0 };
    const token = this.#owner.vm.nextToken("grpcStream");
    const enter = this.#owner.enter;
    return this.#start(token, target, requestHeaders(request, target), {
      initialMetadata: (metadata) =>
        enter("proxy_on_grpc_receive_initial_metadata", [token, metadata.length], {
          grpcInitialMetadata: metadata,
        }),
      trailingMetadata: (metadata) =>
        enter("proxy_on_grpc_receive_trailing_metadata", [token, metadata.length], {
          grpcTrailingMetadata: metadata,
        }),
      message: (received) =>
        enter("proxy_on_grpc_receive", [token, received.length], { grpcMessage: new Body(received) }),
      close: (status, text) => this.#closed(token, status, text),
    });
  }

  send(token: number, message: Uint8Array, endStream: boolean): number {
    if ((token & KIND_MASK) !== STREAM) return Status.BadArgument;
    const open = this.#open.get(token);
    if (open === undefined) return Status.NotFound;
    open.exchange.send(message, endStream);
    return Status.Ok;
  }

  close(token: number): number {
    if ((token & KIND_MASK) !== STREAM) return this.cancel(token);
    const open = this.#open.get(token);
    if (open === undefined) return Status.NotFound;
    open.exchange.halfClose();
    open.localClosed = true;
    if (open.remoteClosed) this.#forget(token);
    return Status.Ok;
  }

  cancel(token: number): number {
    const kind = token & KIND_MASK;
    if (kind !== CALL && kind !== STREAM) return Status.BadArgument;
    const open = this.#open.get(token);
    if (open === undefined) return Status.NotFound;
    open.exchange.cancel();
    this.#forget(token);
    return Status.Ok;
  }

  /** The result code where there is no cluster to call. */
  #target(request: GrpcCallRequest): GrpcTarget | Status {
    const target = readGrpcTarget(request.target);
    const name = fromBytes(request.target);
    if (target === "name") {
      if (this.#owner.cluster(name) === undefined) return Status.ParseFailure;
      return {
        cluster: name,
        authority: "",
        initialMetadata: [],
        skipEnvoyHeaders: false,
        maxMessageBytes: 0,
        retries: false,
      };
    }
    if (target === "unset") {
      this.#owner.fault(
        "grpc-target-unset",
        `the target of a gRPC callout, ${JSON.stringify(name)}, is a GrpcService without envoy_grpc (a cluster's name can be one by ` +
          "chance): Envoy aborts the process; pass a serialized GrpcService with envoy_grpc.cluster_name",
      );
      return Status.InternalFailure;
    }
    if (target === "google" || target.retries) {
      const what = target === "google" ? "google_grpc" : "a retry policy";
      this.#owner.fault(
        "not-simulated",
        `the target of a gRPC callout asks for ${what}, which this host does not do`,
      );
      if (target === "google") return Status.InternalFailure;
    }
    return target;
  }

  #start(
    token: number,
    target: GrpcTarget,
    headers: HeaderMap,
    events: GrpcEvents,
    begin: (exchange: GrpcExchange) => void = () => undefined,
  ): CallResult {
    const exchange = new GrpcExchange(headers, target.maxMessageBytes, events);
    this.#owner.wait((end) => {
      this.#open.set(token, { exchange, remoteClosed: false, localClosed: false, end });
      return { cancel: () => exchange.cancel() };
    });
    const cluster = this.#owner.cluster(target.cluster);
    const host = cluster?.pick();
    const refusal = refusedRequestHeaders(headers);
    if (cluster !== undefined && host !== undefined && refusal === undefined) {
      exchange.open(host.upstream, this.#owner.vm.host.clock);
      begin(exchange);
      return { status: Status.Ok, token };
    }
    if (cluster === undefined) {
      exchange.cancel();
      this.#closed(token, GrpcStatus.Unavailable, "Cluster not available");
    } else {
      exchange.failLocally(host === undefined ? NO_HOST : refusedReply(refusal ?? ""));
    }
    return { status: Status.InternalFailure, token: 0 };
  }

  #received(token: number, message: Uint8Array): void {
    this.#open.get(token)?.end();
    this.#owner.enter("proxy_on_grpc_receive", [token, message.length], { grpcMessage: new Body(message) });
    this.#open.delete(token);
  }

  /** Deferred behind the call into the VM that runs now, if one does: it may be the one that starts the exchange. */
  #closed(token: number, status: number, message: string): void {
    this.#owner.vm.defer(() => {
      const open = this.#open.get(token);
      if (open === undefined) return;
      open.remoteClosed = true;
      open.end();
      if (this.#owner.vm.has("proxy_on_grpc_close"))
        this.#owner.enterFailed({ code: status, message }, "proxy_on_grpc_close", [token, status]);
      if ((token & KIND_MASK) === CALL || open.localClosed) this.#open.delete(token);
    });
  }

  #forget(token: number): void {
    this.#open.get(token)?.end();
    this.#open.delete(token);
  }
}

const NO_HOST: LocalFailure = { status: 503, body: "no healthy upstream", details: "no_healthy_upstream" };

function refusedReply(refusal: string): LocalFailure {
  return {
    status: 503,
    body: refusal,
    details: `filter_removed_required_request_headers{${detailsText(refusal)}}`,
  };
}

/** `timeoutMs` absent: a stream, which has none. */
function requestHeaders(request: GrpcCallRequest, target: GrpcTarget, timeoutMs?: number): HeaderMap {
  const headers = new HeaderMap(
    [
      [":method", "POST"],
      [":path", `/${request.service}/${request.method}`],
      [":authority", target.authority || target.cluster],
      [":scheme", "http"],
      ["te", "trailers"],
    ],
    "request",
  );
  if (timeoutMs !== undefined) headers.add("grpc-timeout", grpcTimeout(timeoutMs));
  headers.add("content-type", "application/grpc");
  for (const [name, value] of [...target.initialMetadata, ...request.initialMetadata])
    headers.add(name, value);
  if (!target.skipEnvoyHeaders) headers.set("x-envoy-internal", "true");
  if (timeoutMs !== undefined && timeoutMs > 0)
    headers.set("x-envoy-expected-rq-timeout-ms", String(timeoutMs));
  return headers;
}
