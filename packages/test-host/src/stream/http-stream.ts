import type { FaultCode } from "../gateway/error-codes.ts";
import type { DownstreamEvents, DownstreamStream, Refusal } from "../gateway/downstream.ts";
import type { Header } from "../services/upstream/upstream.ts";
import { localReplyStep } from "../trace/effects.ts";
import type { LocalResponse } from "../vm/context.ts";
import { fromBytes } from "../vm/pairs.ts";
import { Status } from "../vm/status.ts";
import type { Vm } from "../vm/vm.ts";
import { accessRecord } from "./access-record.ts";
import { Body } from "./body.ts";
import { Client } from "./client.ts";
import { Direction, type DirectionOwner } from "./direction.ts";
import { StreamFilter } from "./filter.ts";
import { findForgotten } from "./forgotten.ts";
import { HeaderMap } from "./header-map.ts";
import { detailsText, gatewayReply, shapeLocalReply, withoutFaults } from "./local-reply.ts";
import { Incoming } from "./incoming.ts";
import { RouteChoice, type ChosenRoute } from "./route.ts";
import { Router } from "./router.ts";
import { StreamFacts } from "./stream-facts.ts";
import { StreamTimeouts } from "./timeouts.ts";
import type { StreamHost, StreamSetup } from "./stream-host.ts";

/** One request and its response on their way through the filter chain. */
export class HttpStream extends StreamFacts implements DownstreamStream, DirectionOwner {
  readonly request: Direction;
  readonly response: Direction;
  /** Address of the host that the request is to go to, if its cluster has it. */
  overrideHost: string | undefined;
  ended = false;
  readonly #setup: StreamSetup;
  readonly #filters: StreamFilter[];
  readonly #router: Router;
  readonly #routeChoice: RouteChoice;
  readonly #client: Client;
  #prepared: LocalResponse | undefined;
  readonly #timeouts = new StreamTimeouts(this);
  readonly #incoming: Incoming;
  #receivedStatus: number | undefined;

  constructor(host: StreamHost, setup: StreamSetup, events: DownstreamEvents) {
    super(host, setup);
    this.#setup = setup;
    this.#filters = setup.plugins.map((plugin) => new StreamFilter(this, plugin));
    this.#routeChoice = new RouteChoice(setup.routes, () =>
      this.wireFault(
        "forwarded-proto-removed",
        "a plugin removed x-forwarded-proto from the request: every route lookup fails (404)",
      ),
    );
    this.#router = new Router(this);
    this.#incoming = new Incoming(this, () => events.onWantsMore?.());
    this.#client = new Client(this, events);
    const requests = this.#filters.map((filter) => filter.request);
    const responses = this.#filters.map((filter) => filter.response).reverse();
    this.request = new Direction(requests, this.#router, this);
    this.response = new Direction(responses, this.#client, this);
  }

  start(headers: readonly Header[], endStream: boolean): void {
    this.request.headers = new HeaderMap(headers, "request");
    this.request.observedEnd = endStream;
    this.#timeouts.start(this.#setup.limits, this.route()?.route);
    this.request.sendHeaders(undefined, endStream);
    this.#checkSoon();
  }

  write(chunk: Uint8Array, endStream: boolean): void {
    this.#timeouts.activity(endStream);
    this.#incoming.push({ chunk, endStream });
    this.#checkSoon();
  }

  writeTrailers(trailers: Header[]): void {
    this.#timeouts.activity(true);
    this.#incoming.push({ trailers });
    this.#checkSoon();
  }

  /** Answers a request that no filter gets to see; they are told of it in their logs only. */
  turnAway(refusal: Refusal, headers: readonly Header[]): void {
    if (headers.length > 0) this.request.headers = new HeaderMap(headers, "request");
    if (refusal.routed === true) this.route();
    this.request.aborted = true;
    this.sendDirectly(this.#refusal(refusal));
  }

  refuse(refusal: Refusal): void {
    this.sendLocalResponse(this.#refusal(refusal));
  }
  #refusal({ status, body = "", details, flags = "-" }: Refusal): LocalResponse {
    this.flags = flags;
    return gatewayReply(status, body, details);
  }

  get wantsMore(): boolean {
    return this.#incoming.wantsMore;
  }

  /** As the upstream sent it, until the headers go to the client. */
  get responseCode(): number | undefined {
    const status = this.response.headers?.get(":status");
    const current = this.response.headers === undefined ? undefined : Number(status ?? 0);
    return this.#client.headersSent || this.answering ? current : (this.#receivedStatus ?? current);
  }

  pauseResponse(paused: boolean): void {
    this.#router.pauseResponse(paused);
  }

  /** The upstream cannot take more of the request, or can again. */
  set requestBlocked(blocked: boolean) {
    this.#incoming.blocked = blocked;
  }

  disconnect(): void {
    if (this.ended) return;
    this.#client.forget();
    this.details = "downstream_remote_disconnect";
    this.flags = "DC";
    this.finish();
  }

  /** Reads what the client sent, as far as back-pressure allows. */
  pump(): void {
    this.#incoming.read();
    this.#checkSoon();
  }

  headersFromUpstream(headers: HeaderMap, endStream: boolean): void {
    if (this.ended || this.answering) return;
    this.#timeouts.activity();
    this.details ||= "via_upstream";
    this.#receivedStatus = Number(headers.get(":status") ?? 0);
    this.response.headers = headers;
    this.response.observedEnd = endStream;
    this.response.sendHeaders(undefined, endStream);
    this.#checkSoon();
  }

  fromUpstream(chunk: Uint8Array, endStream: boolean): void {
    if (this.ended || this.answering) return;
    this.#timeouts.activity();
    this.response.observedEnd = endStream;
    this.response.sendData(undefined, new Body(chunk), endStream);
    this.#checkSoon();
  }

  trailersFromUpstream(trailers: Header[]): void {
    if (this.ended || this.answering) return;
    this.response.observedEnd = true;
    this.response.trailers = new HeaderMap(trailers, "response trailers");
    this.response.sendTrailers(undefined);
    this.#checkSoon();
  }

  route(): ChosenRoute | undefined {
    return this.#routeChoice.current(this.request.headers);
  }

  get reportedRoute(): ChosenRoute | undefined {
    return this.#routeChoice.reported;
  }

  requestHeadersEdited(): void {
    this.#routeChoice.clear();
  }

  setProperty(path: string, value: Uint8Array): number {
    this.filterState.set(`wasm.${path}`, value);
    if (!this.profile.hasControlProperties) return Status.Ok;
    const text = fromBytes(value);
    if (path === "clear_route_cache") this.#routeChoice.keep = text === "off";
    const isLimit = path === "set_decoder_buffer_limit" || path === "set_encoder_buffer_limit";
    if (isLimit && /^\d+$/.test(text)) this.bufferLimitBytes = Number(text);
    return Status.Ok;
  }

  wireFault(code: FaultCode, message: string): void {
    this.host.trace?.step(this.id, { kind: "fault", code, message });
    this.host.fault(code, message, this.#filters.map((filter) => filter.plugin.name).join(", "));
  }

  /**
   * Answers in the upstream's place. Before a response has begun, the answer passes the response phase of the filters
   * that have seen the request; with response headers still in the chain it goes to the client directly; afterwards the
   * stream can only be cut. Source: Envoy, `DownstreamFilterManager::sendLocalReply`.
   */
  sendLocalResponse(given: LocalResponse): void {
    if (this.ended) return;
    const response = withoutFaults({ ...given, details: detailsText(given.details) });
    this.details = response.details;
    if (this.#prepared !== undefined) return;
    this.host.trace?.step(this.id, localReplyStep(response));
    this.request.aborted = true;
    if (this.response.headers === undefined) {
      this.answering = true;
      if (this.request.inCallback) this.#prepared = response;
      else this.#answer(response);
    } else if (!this.#client.headersSent) {
      this.sendDirectly(response);
    } else {
      this.reset(response.details);
    }
  }

  /** Past the filters, to the client. */
  sendDirectly(response: LocalResponse): void {
    this.#router.reset();
    this.answering = true;
    this.response.aborted = true;
    this.details = response.details;
    const { headers, body } = shapeLocalReply(response, this.request.headers);
    this.response.headers = headers;
    this.#client.send(headers, body.length === 0);
    if (body.length > 0) this.#client.data(body, true);
  }

  #answer(response: LocalResponse): void {
    this.#router.reset();
    const { headers, body } = shapeLocalReply(response, this.request.headers);
    this.response.headers = headers;
    this.response.observedEnd = true;
    this.response.sendHeaders(undefined, body.length === 0);
    if (body.length > 0) this.response.sendData(undefined, new Body(body), true);
  }

  /** Cuts the stream: no more bytes to the client. */
  reset(details: string): void {
    if (this.ended) return;
    this.details = details;
    this.#client.reset(details);
    this.finish();
  }

  stopped(direction: Direction): boolean {
    return this.ended || direction.aborted;
  }

  interrupted(direction: Direction): boolean {
    const prepared = this.#prepared;
    if (prepared !== undefined && direction === this.request) {
      this.#prepared = undefined;
      this.#answer(prepared);
      return true;
    }
    return this.stopped(direction);
  }

  overLimit(direction: Direction): void {
    const isRequest = direction === this.request;
    this.sendLocalResponse(
      isRequest
        ? gatewayReply(413, "Payload Too Large", "request_payload_too_large")
        : gatewayReply(500, "Internal Server Error", "response_payload_too_large"),
    );
  }

  /**
   * A filter holds this stream, and nothing is under way in its VM that could resume it: a real gateway's client waits
   * for the idle timeout. Recorded as a fault, and answered at once as that timeout would be.
   */
  endIfForgotten(): void {
    if (this.ended) return;
    for (const filter of this.#filters) {
      const forgotten = findForgotten(filter);
      if (forgotten === undefined) continue;
      filter.fault(forgotten.code, forgotten.message);
      this.sendLocalResponse(gatewayReply(504, "stream timeout", "stream_idle_timeout"));
      if (!this.ended) this.reset("stream_idle_timeout");
      return;
    }
  }

  /** When the events that are being delivered now have been dealt with. */
  #checkSoon(): void {
    if (!this.ended) queueMicrotask(() => this.endIfForgotten());
  }

  uses(vm: Vm): boolean {
    return this.#filters.some((filter) => filter.origin.vm === vm);
  }

  /** The end of the stream in every case: log in all filters, then done and delete filter by filter. */
  finish(): void {
    if (this.ended) return;
    this.ended = true;
    this.#timeouts.stop();
    const isWhole = this.request.observedEnd && this.response.observedEnd;
    if (this.details === "via_upstream" && isWhole) this.#router.finished();
    else this.#router.reset();
    for (const filter of this.#filters) filter.log();
    for (const filter of this.#filters) filter.destroy();
    this.host.ended(this, accessRecord(this, this.#setup.listener));
  }
}
