import type { Server } from "node:http";
import type { GatewayConfig, ListenerConfig, SocketAddress } from "../gateway/config.ts";
import type { DownstreamDoor } from "../gateway/downstream.ts";
import { Gateway } from "../gateway/gateway.ts";
import type { GatewayOptions, ProfileName } from "../gateway/options.ts";
import type { Clock } from "../services/clock.ts";
import { RealClock } from "../services/real-clock.ts";
import { AccessLogFiles } from "./access-log-files.ts";
import { RequestCounts } from "./admin/request-counts.ts";
import { serveAdmin } from "./admin/server.ts";
import { serveListener, type Served } from "./http-listener.ts";
import { boundAddress, stop } from "./socket.ts";

/** In place of all addresses of the machine. */
const LOOPBACK: Record<string, string> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
const GRACE_MS = 1000;

export interface ServeOptions extends Omit<GatewayOptions, "clock"> {
  /** Default: real time. */
  clock?: Clock;
  /** Address to listen on instead of the configured ones. Default: as configured, with 0.0.0.0 and :: narrowed to the loopback address. */
  host?: string;
}

interface OpenListener {
  /** The configured listener that has this address now. */
  config: ListenerConfig;
  served: Served;
}

/**
 * Starts a gateway and listens. Nothing keeps listening when it fails.
 *
 * @throws {GatewayError} when a plugin does not start
 * @throws {ListenError} when a port is taken
 */
export async function serve(config: GatewayConfig, options: ServeOptions): Promise<LiveGateway> {
  return LiveGateway.start(config, options);
}

/** A gateway on real sockets, which outlive its configuration. */
export class LiveGateway {
  /** Finished requests since the start. */
  readonly counts: RequestCounts;
  readonly #options: GatewayOptions & { host?: string };
  readonly #accessLogs: AccessLogFiles;
  /** By configured address. */
  readonly #listeners = new Map<string, OpenListener>();
  #admin: Server | undefined;
  #gateway: Gateway;
  #config: GatewayConfig;
  /** Gateways that have been replaced and still have streams. */
  readonly #draining = new Set<Gateway>();

  private constructor(
    gateway: Gateway,
    config: GatewayConfig,
    options: GatewayOptions & { host?: string },
    accessLogs: AccessLogFiles,
    counts: RequestCounts,
  ) {
    this.counts = counts;
    this.#accessLogs = accessLogs;
    this.#gateway = gateway;
    this.#config = config;
    this.#options = options;
  }

  static async start(config: GatewayConfig, { clock, ...options }: ServeOptions): Promise<LiveGateway> {
    const files = new AccessLogFiles();
    const counts = new RequestCounts();
    const all: GatewayOptions & { host?: string } = {
      onAccessLog: (sink, line) => files.write(sink, line),
      ...options,
      onAccess: (record) => {
        counts.add(record);
        options.onAccess?.(record);
      },
      clock: clock ?? new RealClock(),
    };
    const live = new LiveGateway(await Gateway.start(config, all), config, all, files, counts);
    try {
      await live.#listen(config);
      if (config.admin !== undefined) live.#admin = await serveAdmin(live, live.#place(config.admin));
      return live;
    } catch (error) {
      await live.close();
      throw error;
    }
  }

  /** The gateway that takes new requests. */
  get gateway(): Gateway {
    return this.#gateway;
  }

  /** The configuration it runs. */
  get config(): GatewayConfig {
    return this.#config;
  }

  /** Where each listener listens, by its name. */
  get listeners(): Record<string, SocketAddress> {
    return Object.fromEntries(
      [...this.#listeners.values()].map(({ config, served }) => [config.name, served.address]),
    );
  }

  /** Absent when the configuration that it started with has no admin address. */
  get admin(): SocketAddress | undefined {
    return this.#admin && boundAddress(this.#admin);
  }

  /**
   * Takes another configuration, without losing a request: new requests meet it once all its plugins have started and its
   * listeners listen, those under way finish as they began. Shared data, queues and metrics go on; the admin address stays.
   * When it fails, nothing has changed.
   *
   * @throws {GatewayError} when a plugin does not start
   * @throws {ListenError} when a port is taken
   */
  async swap(config: GatewayConfig, profile: ProfileName = this.#gateway.profile.name): Promise<void> {
    const previous = this.#gateway;
    const options = { ...this.#options, profile, logLevel: previous.logLevel };
    const next = await Gateway.start(config, options, previous);
    const before = new Map(this.#listeners);
    try {
      await this.#listen(config);
    } catch (error) {
      await next.close();
      throw error;
    }
    this.#gateway = next;
    this.#config = config;
    const wanted = new Map(config.listeners.map((listener) => [this.#key(listener), listener]));
    for (const [key, open] of before) {
      const listener = wanted.get(key);
      if (listener !== undefined) open.config = listener;
      else void this.#stop(key, open);
    }
    this.#draining.add(previous);
    void previous.drain().then(() => this.#draining.delete(previous));
  }

  /** Stops listening, lets requests finish for up to a second, and closes the gateway. */
  async close(): Promise<void> {
    await Promise.all([
      ...[...this.#listeners].map(([key, open]) => this.#stop(key, open)),
      this.#admin && stop(this.#admin, GRACE_MS),
    ]);
    await Promise.all([this.#gateway, ...this.#draining].map((gateway) => gateway.close()));
    await this.#accessLogs.close();
  }

  /** Opens what `config` has and is not open yet: all of it, or nothing. */
  async #listen(config: GatewayConfig): Promise<void> {
    const opened: [key: string, OpenListener][] = [];
    try {
      for (const listener of config.listeners) {
        const key = this.#key(listener);
        if (this.#listeners.has(key)) continue;
        const entry: { config: ListenerConfig; served?: Served } = { config: listener };
        const door: DownstreamDoor = {
          handle: (_name, ...request) => this.#gateway.handle(entry.config.name, ...request),
        };
        const place = this.#place(listener.address);
        entry.served = await serveListener(door, () => entry.config, place, this.#options.clock);
        opened.push([key, entry as OpenListener]);
        this.#listeners.set(key, entry as OpenListener);
      }
    } catch (error) {
      await Promise.all(opened.map(([key, open]) => this.#stop(key, open)));
      throw error;
    }
  }

  async #stop(key: string, { served }: OpenListener): Promise<void> {
    this.#listeners.delete(key);
    await served.stop(GRACE_MS);
  }

  #key({ name, address }: GatewayConfig["listeners"][number]): string {
    return address.port === 0 ? `${address.address} ${name}` : `${address.address}:${address.port}`;
  }

  #place({ address, port }: SocketAddress): SocketAddress {
    return { address: this.#options.host ?? LOOPBACK[address] ?? address, port };
  }
}
