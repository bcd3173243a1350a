import type { Header } from "../services/upstream/upstream.ts";
import { HeaderMap } from "../stream/header-map.ts";
import type { HttpStream } from "../stream/http-stream.ts";
import type { RouteTable } from "../stream/route.ts";
import type { StreamLimits } from "../stream/timeouts.ts";
import { AccessLog } from "./access-log.ts";
import type { ListenerConfig } from "./config.ts";
import type { SocketEnd } from "./client-address.ts";
import type { ConnectionManagerConfig } from "./manager-config.ts";
import { receiveRequest, type ReceivedRequest } from "./request-headers.ts";
import type { AccessRecord } from "./observe.ts";
import type { GatewayOptions } from "./options.ts";
import { routeTable } from "./routing.ts";

const DEFAULT_IDLE_MS = 300_000;

/** A configured listener: where its requests go, and what is written of them. */
export class Listener {
  readonly config: ListenerConfig;
  readonly routes: RouteTable;
  readonly settings: ConnectionManagerConfig;
  readonly limits: StreamLimits;
  readonly #disables: boolean;
  readonly #accessLogs: readonly AccessLog[];

  constructor(config: ListenerConfig) {
    this.config = config;
    this.routes = routeTable(config.virtualHosts);
    this.settings = config.manager ?? {};
    const { streamIdleTimeoutMs, requestTimeoutMs, maxStreamDurationMs } = this.settings;
    this.limits = {
      idleMs: streamIdleTimeoutMs ?? DEFAULT_IDLE_MS,
      requestMs: requestTimeoutMs ?? 0,
      durationMs: maxStreamDurationMs ?? 0,
    };
    this.#disables = config.virtualHosts.some((host) =>
      [host, ...host.routes].some(({ disabledFilters }) => disabledFilters !== undefined),
    );
    this.#accessLogs = (this.settings.accessLogs ?? []).map((log) => new AccessLog(log));
  }

  receive(headers: readonly Header[], scheme: string, remote: SocketEnd): ReceivedRequest {
    const overwrittenScheme = this.config.schemeToOverwrite;
    return receiveRequest(headers, { scheme, remote, settings: this.settings, overwrittenScheme });
  }

  /** The filters that the route leaves out, or its virtual host. */
  disabled(headers: readonly Header[]): Record<string, boolean> {
    if (!this.#disables) return {};
    const chosen = this.routes(new HeaderMap(headers, "request"));
    return { ...chosen?.virtualHost.disabledFilters, ...chosen?.route.disabledFilters };
  }

  log(stream: HttpStream, record: AccessRecord, write: GatewayOptions["onAccessLog"]): void {
    for (const log of this.#accessLogs) write?.(log.sink, log.line({ stream, record }));
  }
}
