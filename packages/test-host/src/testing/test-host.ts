import type { Header } from "../services/upstream/upstream.ts";
import { streamProperty } from "../stream/properties.ts";
import type { HttpCallEffect, RedisCallEffect } from "../trace/trace.ts";
import { fromBytes, toBytes } from "../vm/pairs.ts";
import { ManualServices } from "./manual-services.ts";
import type { FetchOptions, StartOptions } from "./options.ts";
import { headerPairs } from "./request.ts";
import { StepStream } from "./step-stream.ts";
import { TestGateway } from "./test-gateway.ts";

/** The statuses that stream callbacks return, by the names that Go authors know. */
export const Action = {
  Continue: 0,
  Pause: 1,
  HeaderStopAllIterationAndBuffer: 3,
  HeaderStopAllIterationAndWatermark: 4,
  DataStopIterationAndBuffer: 1,
  DataStopIterationAndWatermark: 2,
  DataStopIterationNoBuffer: 3,
} as const;

type Headers = NonNullable<FetchOptions["headers"]>;
type Bytes = string | Uint8Array;

export type TestHostOptions = Omit<StartOptions, "upstream" | "clusters" | "clock" | "trace" | "chunks">;

/**
 * A gateway that a test moves on step by step, with the words of Go's kit. The engine is the same: what a plugin holds
 * does not go on, and a response comes only where a request has gone. Every cluster is there; the test answers for it.
 */
export class TestHost {
  readonly gateway: TestGateway;
  readonly #services: ManualServices;
  readonly #upstream: ManualServices;
  readonly #properties = new Map<string, Uint8Array>();
  #stream: StepStream | undefined;

  private constructor(gateway: TestGateway, services: ManualServices, upstream: ManualServices) {
    this.gateway = gateway;
    this.#services = services;
    this.#upstream = upstream;
  }

  /** @throws GatewayError when a module is refused or a plugin rejects its configuration, with what the plugin logged */
  static async start(options: TestHostOptions): Promise<TestHost> {
    const services = new ManualServices();
    const upstream = new ManualServices();
    const gateway = await TestGateway.start(
      { routeTimeoutMs: 0, ...options, upstream: upstream.endpoint("upstream") },
      (cluster) => services.endpoint(cluster),
    );
    return new TestHost(gateway, services, upstream);
  }

  /** Starts a request. Names that are missing among `:method`, `:path`, `:authority` are GET, / and the domain's name. */
  async callOnHttpRequestHeaders(headers: Headers, endOfStream = true): Promise<number> {
    if (this.#stream !== undefined && !this.#stream.ended) {
      throw new Error("The request before is still under way: await completeHttp() first.");
    }
    const given = headerPairs(headers);
    const missing = Object.entries({
      ":method": "GET",
      ":path": "/",
      ":authority": "default.test.com",
    }).filter(([name]) => !given.some(([other]) => other.toLowerCase() === name));
    this.#upstream.requests.length = 0;
    this.#stream = new StepStream(
      this.gateway,
      this.#upstream,
      [...missing, ...given],
      endOfStream,
      this.#properties,
    );
    return this.#settled();
  }

  /** The whole rest of the request's body. Where no request has begun: one with `endOfStream` false. */
  callOnHttpRequestBody(body: Bytes): Promise<number> {
    return this.callOnHttpStreamingRequestBody(body, true);
  }

  async callOnHttpStreamingRequestBody(chunk: Bytes, endOfStream: boolean): Promise<number> {
    this.#current.stream.write(bytesOf(chunk), endOfStream);
    return this.#settled();
  }

  async callOnHttpRequestTrailers(trailers: Headers): Promise<number> {
    this.#current.stream.writeTrailers(headerPairs(trailers));
    return this.#settled();
  }

  /** The upstream answers. `:status` is 200 where it is missing. */
  async callOnHttpResponseHeaders(headers: Headers, endOfStream = false): Promise<number> {
    this.#current.respond().onHeaders(withStatus(headers), endOfStream);
    return this.#settled();
  }

  callOnHttpResponseBody(body: Bytes): Promise<number> {
    return this.callOnHttpStreamingResponseBody(body, true);
  }

  async callOnHttpStreamingResponseBody(chunk: Bytes, endOfStream: boolean): Promise<number> {
    this.#current.respond().onData(bytesOf(chunk), endOfStream);
    return this.#settled();
  }

  async callOnHttpResponseTrailers(trailers: Headers): Promise<number> {
    this.#current.respond().onTrailers(headerPairs(trailers));
    return this.#settled();
  }

  /** Answers the oldest HTTP callout. `:status` is 200 where it is missing. */
  async callOnHttpCall(headers: Headers, body: Bytes = ""): Promise<void> {
    const call = this.#services.requests.shift();
    if (call === undefined) throw new Error("No HTTP callout is under way.");
    const bytes = bytesOf(body);
    call.events.onHeaders(withStatus(headers), bytes.length === 0);
    if (bytes.length > 0) call.events.onData(bytes, true);
    await this.#settled();
  }

  /**
   * Answers the oldest Redis call.
   *
   * @param status 0: with `reply`; anything else: the connection has failed
   * @param reply in RESP: `createRedisRespInt(1)` and its like
   */
  async callOnRedisCall(status: number, reply: Uint8Array = new Uint8Array()): Promise<void> {
    const call = this.#services.commands.shift();
    if (call === undefined) throw new Error("No Redis call is under way.");
    call.done(status === 0 ? { status: "ok", reply } : { status: "network-error" });
    await this.#settled();
  }

  /** Callouts of the current request, answered or not, in order. */
  getHttpCalloutAttributes(): HttpCallEffect[] {
    return this.#current.effects("http-call");
  }

  getRedisCalloutAttributes(): RedisCallEffect[] {
    return this.#current.effects("redis-call");
  }

  /** The status that the last stream callback returned; `Action.Continue` once what it held goes on. */
  getHttpStreamAction(): number {
    return this.#current.action;
  }

  /** The first local response, which is the one that counts; undefined when there is none. */
  getLocalResponse():
    | { statusCode: number; statusCodeDetail: string; data: string; headers: Header[]; grpcStatus: number }
    | undefined {
    const [first] = this.#current.effects("local-response");
    if (first === undefined) return undefined;
    const { status, details, body, headers, grpcStatus } = first;
    return { statusCode: status, statusCodeDetail: details, data: body, headers, grpcStatus };
  }

  getRequestHeaders(): Header[] {
    return this.#current.stream.request.headers?.entries() ?? [];
  }

  getResponseHeaders(): Header[] {
    return this.#current.stream.response.headers?.entries() ?? [];
  }

  getRequestBody(): Uint8Array {
    return this.#current.body("request");
  }

  getResponseBody(): Uint8Array {
    return this.#current.body("response");
  }

  /** Of the current request; names are joined by dots. Undefined when there is none. */
  getProperty(path: string): string | undefined {
    const value = streamProperty(this.#current.stream, path.split("."));
    return value ? fromBytes(value) : undefined;
  }

  /** Of this request and all later ones; names are joined by dots. */
  setProperty(path: string, value: Bytes): void {
    this.#properties.set(path, typeof value === "string" ? toBytes(value) : value);
  }

  setRouteName(name: string): void {
    for (const path of ["route_name", "xds.route_name"]) this.setProperty(path, name);
  }

  setClusterName(name: string): void {
    for (const path of ["cluster_name", "xds.cluster_name"]) this.setProperty(path, name);
  }

  setRequestId(id: string): void {
    for (const path of ["x_request_id", "request.id"]) this.setProperty(path, id);
  }

  setDomainName(name: string): void {
    this.setProperty("request.host", name);
  }

  /** Milliseconds; 0 when the plugin has no timer. */
  getTickPeriod(): number {
    const effects = this.gateway.backgroundTrace.flatMap((step) => ("effects" in step ? step.effects : []));
    return effects.findLast((effect) => effect.kind === "tick-period")?.ms ?? 0;
  }

  /** Lets time pass until the next tick. */
  async tick(): Promise<void> {
    const period = this.getTickPeriod();
    if (period === 0) throw new Error("The plugin has no timer: it has not set a tick period.");
    await this.gateway.advance(period);
  }

  /** Ends the current request: on_log, on_done, on_delete. A client that has no whole response yet goes away. */
  async completeHttp(): Promise<void> {
    this.#current.stream.disconnect();
    await this.#settled();
  }

  async close(): Promise<void> {
    await this.gateway.close();
  }

  get #current(): StepStream {
    if (this.#stream === undefined) {
      throw new Error("No request has begun: await callOnHttpRequestHeaders(headers) first.");
    }
    return this.#stream;
  }

  async #settled(): Promise<number> {
    await this.gateway.settle();
    return this.#stream?.action ?? Action.Continue;
  }
}

function bytesOf(body: Bytes): Uint8Array {
  return typeof body === "string" ? new TextEncoder().encode(body) : body;
}

function withStatus(headers: Headers): Header[] {
  const given = headerPairs(headers).map(([name, value]): Header => [name.toLowerCase(), value]);
  return given.some(([name]) => name === ":status") ? given : [[":status", "200"], ...given];
}
