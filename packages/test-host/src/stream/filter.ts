import type { FaultCode } from "../gateway/error-codes.ts";
import type { Context, HeaderAccess, LocalResponse, RootCalls, StreamCalls } from "../vm/context.ts";
import { fromBytes } from "../vm/pairs.ts";
import { Status } from "../vm/status.ts";
import type { CallbackName } from "../vm/callbacks.ts";
import { Body } from "./body.ts";
import type { FilterPlugin } from "./filter-factory.ts";
import { FilterSide } from "./filter-side.ts";
import { HeaderMap } from "./header-map.ts";
import { findReplyFaults } from "./local-reply.ts";
import { streamProperty } from "./properties.ts";
import type { HttpStream } from "./http-stream.ts";

/**
 * A plugin in one request: the stream context. It says which maps and buffers the guest may touch now, and turns what
 * the guest asks for into actions on the stream once the VM call has returned.
 */
export class StreamFilter implements Context, StreamCalls {
  readonly owner: HttpStream;
  readonly origin: FilterPlugin;
  readonly request: FilterSide;
  readonly response: FilterSide;
  readonly stream: StreamCalls = this;
  id = 0;
  /** Where the guest is: decides what `send_local_response` and `close_stream` do, and what faults say. */
  phase: "stream" | "log" | "done" = "stream";
  /** The VM failed and this filter has answered for it (or stepped aside): no callback any more. */
  failed = false;
  /** A local response was asked for in the callback that runs now: its status does not count. */
  answered = false;

  constructor(owner: HttpStream, origin: FilterPlugin) {
    this.owner = owner;
    this.origin = origin;
    this.request = new FilterSide(this, "request");
    this.response = new FilterSide(this, "response");
    origin.streamStarted();
  }

  get plugin() {
    return this.origin.identity;
  }

  get streamId(): number {
    return this.owner.id;
  }

  get root(): RootCalls {
    return this.origin.root.root;
  }

  get created(): boolean {
    return this.id !== 0;
  }

  /** The stream context is made at the first header, or else just before on_log. */
  create(): void {
    if (this.created || this.origin.vm.failed !== undefined) return;
    this.id = this.origin.vm.nextContextId();
    this.origin.vm.contexts.set(this.id, this);
    this.origin.vm.call("proxy_on_context_create", this, [this.id, this.origin.root.id]);
  }

  call(name: CallbackName, ...args: number[]): number {
    return this.origin.vm.call(name, this, [this.id, ...args]) ?? 0;
  }

  /**
   * After a callback, or before one: if the VM is lost, the stream answers 503 or, failing open, goes on without this
   * filter. Answers whether that is so.
   */
  lost(): boolean {
    if (this.failed) return true;
    if (this.origin.vm.failed === undefined) return false;
    this.failed = true;
    if (!this.origin.failOpen) {
      this.owner.sendLocalResponse({
        status: 503,
        details: "wasm_fail_stream",
        body: new Uint8Array(),
        headers: [],
        grpcStatus: 14,
      });
    }
    return true;
  }

  log(): void {
    this.phase = "log";
    this.create();
    if (this.created) this.call("proxy_on_log");
  }

  destroy(): void {
    this.phase = "done";
    if (this.created) {
      this.call("proxy_on_done");
      this.call("proxy_on_delete");
      this.origin.vm.contexts.delete(this.id);
    }
    this.origin.streamEnded();
  }

  fault(code: FaultCode, message: string): void {
    this.owner.host.trace?.step(this.owner.id, { kind: "fault", code, message });
    this.owner.host.fault(code, message, this.plugin.name);
  }

  #sideOf(mapType: number): FilterSide {
    return mapType <= 1 ? this.request : this.response;
  }

  headers(mapType: number): HeaderAccess | undefined {
    // Answered in their own callback, response headers never go on, and stay open to the end.
    const stays = mapType === 2 && this.response.headersOpen;
    if (mapType > 3 || (this.phase === "done" && !stays)) return undefined;
    const side = this.#sideOf(mapType);
    const isTrailers = mapType === 1 || mapType === 3;
    const map = isTrailers ? side.direction.trailers : side.direction.headers;
    if (this.phase === "log" && !stays) {
      // An access log is given all but the request's trailers, and empty maps for what there was not.
      return { map: mapType === 1 || map === undefined ? new HeaderMap() : map, writable: false };
    }
    if (map === undefined) return undefined;
    return (isTrailers ? side.trailersOpen : side.headersOpen) ? { map, writable: true } : undefined;
  }

  createTrailers(mapType: number): HeaderMap | undefined {
    if (mapType !== 1 && mapType !== 3) return undefined;
    const side = this.#sideOf(mapType);
    if (side.running !== "body" || !side.endOfStream || side.direction.trailers !== undefined)
      return undefined;
    side.trailersOpen = true;
    return (side.direction.trailers = new HeaderMap(
      [],
      mapType === 1 ? "request trailers" : "response trailers",
    ));
  }

  headersEdited(mapType: number): void {
    if (mapType === 0) this.owner.requestHeadersEdited();
  }

  body(bufferType: number): Body | undefined {
    if (this.phase !== "stream") return undefined;
    const side = bufferType === 0 ? this.request : this.response;
    if (side.bodyIsStale) {
      const message =
        "a body used outside of its callback, which held it without buffering it: Envoy uses freed memory; return status 1";
      this.fault("stale-body", message);
    }
    return side.body;
  }

  continueStream(streamType: number): number {
    if (streamType > 3) return Status.BadArgument;
    if (streamType === 3) return Status.Unimplemented;
    if (streamType === 2) return Status.Ok;
    const side = streamType === 0 ? this.request : this.response;
    if (this.phase !== "stream" || this.owner.ended) return Status.Ok;
    this.request.close();
    this.origin.vm.defer(() => side.resume());
    return Status.Ok;
  }

  closeStream(): number {
    if (this.phase !== "stream") {
      this.fault("close-after-end", `close_stream in on_${this.phase}: Envoy crashes (SIGSEGV)`);
      return Status.Ok;
    }
    if (this.response.running === "trailers") {
      this.fault("close-after-end", "close_stream in on_response_trailers: Envoy crashes (SIGSEGV)");
      return Status.Ok;
    }
    this.answered = true;
    this.origin.vm.defer(() => this.owner.reset(this.owner.details || "wasm_close_stream"));
    return Status.Ok;
  }

  sendLocalResponse(response: LocalResponse): void {
    if (this.phase !== "stream") {
      this.fault("response-after-end", `send_local_response in on_${this.phase}: Envoy crashes (SIGSEGV)`);
      return;
    }
    if (this.answered) {
      this.fault(
        "two-local-responses",
        `a second local response (${response.status}) for one request: Envoy mixes the two, or sends the wrong one`,
      );
    }
    this.answered = true;
    for (const fault of findReplyFaults(response)) this.fault(fault.code, fault.message);
    const details = this.owner.profile.localResponseDetails(this.plugin.name, response.details);
    this.origin.vm.defer(() => this.owner.sendLocalResponse({ ...response, details }));
  }

  setProperty(path: string, value: Uint8Array): number {
    if (
      path === "wasm_need_rebuild" &&
      this.owner.profile.hasControlProperties &&
      fromBytes(value) === "true"
    ) {
      this.origin.vm.wantRebuild();
    }
    return this.owner.setProperty(path, value);
  }

  property(path: readonly string[]): Uint8Array | undefined | null {
    const own = this.origin.root.property(path);
    if (own !== undefined) return own;
    // Envoy reads these from the maps that it takes from the filter when the headers go on; the log phase has its own.
    const isLog = this.phase === "log";
    return streamProperty(this.owner, path, {
      request: isLog || (this.phase === "stream" && this.request.headersOpen),
      response: isLog || (this.phase === "stream" && this.response.headersOpen),
      trailers: this.phase !== "done",
    });
  }

  clearRouteCache(): void {
    this.owner.requestHeadersEdited();
  }

  setFilterState(key: string, value: Uint8Array): void {
    this.owner.filterState.set(key, value);
  }

  injectResponseData(data: Uint8Array, endStream: boolean): void {
    if (this.phase !== "stream") return;
    this.origin.vm.defer(() => this.owner.response.inject(this.response, new Body(data), endStream));
  }

  upstreamHosts(): string[] {
    const action = this.owner.route()?.route.action;
    const cluster = action && "cluster" in action ? this.owner.host.cluster(action.cluster) : undefined;
    return cluster?.hosts.map(({ address }) => address) ?? [];
  }

  overrideUpstreamHost(address: string): void {
    this.owner.overrideHost = address;
  }
}
