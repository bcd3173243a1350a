import type { HttpStream } from "../stream/http-stream.ts";
import type { RouteTable } from "../stream/route.ts";
import { AccessLog } from "./access-log/access-log.ts";
import type { ListenerConfig } from "./config.ts";
import type { AccessRecord } from "./observe.ts";
import type { GatewayOptions } from "./options.ts";
import { routeTable } from "./routing.ts";

/** A configured listener: where its requests go, and what is written of them. */
export class Listener {
  readonly config: ListenerConfig;
  readonly routes: RouteTable;
  readonly #accessLogs: readonly AccessLog[];

  constructor(config: ListenerConfig) {
    this.config = config;
    this.routes = routeTable(config.virtualHosts);
    this.#accessLogs = (config.manager?.accessLogs ?? []).map((log) => new AccessLog(log));
  }

  log(stream: HttpStream, record: AccessRecord, write: GatewayOptions["onAccessLog"]): void {
    for (const log of this.#accessLogs) write?.(log.sink, log.line({ stream, record }));
  }
}
