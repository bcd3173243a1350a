import type { Clock } from "../services/clock.ts";
import { createHttpUpstream } from "../services/upstream/http.ts";
import { createHttp2Upstream } from "../services/upstream/http2.ts";
import { createInProcessUpstream } from "../services/upstream/in-process.ts";
import type { RedisConnection } from "../services/redis/client.ts";
import { connectRedis } from "../services/redis/connect.ts";
import type { Upstream } from "../services/upstream/upstream.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";
import type { ClusterConfig, Endpoint } from "./config.ts";
import { RedisClients, type RedisSettings } from "./redis-clients.ts";

/** One endpoint of a cluster. Its HTTP connections are made at first use. */
class Host {
  readonly endpoint: Endpoint;
  readonly #create: () => Upstream;
  #upstream: Upstream | undefined;

  constructor(endpoint: Endpoint, create: () => Upstream) {
    this.endpoint = endpoint;
    this.#create = create;
  }
  get upstream(): Upstream {
    return (this.#upstream ??= this.#create());
  }
  get address(): string {
    return "port" in this.endpoint ? `${this.endpoint.address}:${this.endpoint.port}` : "in-process:0";
  }
  async close(): Promise<void> {
    await this.#upstream?.close();
  }
}

/** A named group of endpoints, taken in turn. */
export class Cluster {
  readonly name: string;
  readonly connectTimeoutMs: number;
  readonly enableTrailers: boolean;
  readonly hosts: readonly Host[];
  /** Redis at the first host; undefined when there is none. */
  readonly redis: RedisClients | undefined;
  readonly #breaker: CircuitBreaker;
  #next = 0;

  constructor(config: ClusterConfig, clock: Clock) {
    this.name = config.name;
    this.connectTimeoutMs = config.connectTimeoutMs;
    this.enableTrailers = config.http2 === true || (config.enableTrailers ?? true);
    this.#breaker = new CircuitBreaker(config.circuitBreaker);
    const connect = redisOf(config, clock);
    if (connect !== undefined) this.redis = new RedisClients(connect);
    this.hosts = config.endpoints.map(
      (endpoint) => new Host(endpoint, () => connectTo(endpoint, config, clock)),
    );
  }
  /** The host at `preferred`, or else the next; undefined when there is none. */
  pick(preferred?: string): { upstream: Upstream; address: string } | undefined {
    if (this.overflows) return undefined;
    const named = this.hosts.find(({ address }) => address === preferred);
    const host = named ?? this.hosts[this.#next++ % this.hosts.length];
    return host && { upstream: this.#breaker.guard(host.upstream), address: host.address };
  }
  /** A circuit breaker is open: the next request is refused at once. */
  get overflows(): boolean {
    return this.hosts.length > 0 && this.#breaker.isOpen;
  }

  async close(): Promise<void> {
    await Promise.all([this.redis?.close(), ...this.hosts.map((host) => host.close())]);
  }
}

function redisOf(
  config: ClusterConfig,
  clock: Clock,
): ((settings: RedisSettings) => RedisConnection) | undefined {
  const [first] = config.endpoints;
  if (first === undefined || "handler" in first) return undefined;
  if ("connect" in first) return first.redis;
  const { address, port } = first;
  const { connectTimeoutMs } = config;
  return (settings) => connectRedis({ address, port, connectTimeoutMs, ...settings }, clock);
}

function connectTo(endpoint: Endpoint, config: ClusterConfig, clock: Clock): Upstream {
  if ("handler" in endpoint) return createInProcessUpstream(endpoint.handler, clock);
  if ("connect" in endpoint) return endpoint.connect(clock);
  const create = config.http2 === true ? createHttp2Upstream : createHttpUpstream;
  return create(endpoint, config.connectTimeoutMs, clock);
}
