import type { RouteConfig, VirtualHostConfig } from "../gateway/config.ts";
import type { HeaderMap } from "./header-map.ts";

export interface ChosenRoute {
  virtualHost: VirtualHostConfig;
  route: RouteConfig;
}

/** What the stream asks of its listener's route table. Undefined: no route. */
export type RouteTable = (headers: HeaderMap) => ChosenRoute | undefined;

/** A stream's route: chosen when the request arrives, kept, and chosen again after request headers were edited. */
export class RouteChoice {
  /** What `xds.route_name` shows: it lags behind header edits until the route is needed again. */
  reported: ChosenRoute | undefined;
  /** Higress's property `clear_route_cache` = `off`: edits do not matter. */
  keep = false;
  /** Told when a lookup fails because x-forwarded-proto is gone, as it does in Envoy whatever the path. */
  readonly #onProtoMissing: () => void;
  readonly #table: RouteTable;
  #fresh = false;

  constructor(table: RouteTable, onProtoMissing: () => void) {
    this.#table = table;
    this.#onProtoMissing = onProtoMissing;
  }

  /** The route for the headers as they are now. */
  current(headers: HeaderMap | undefined): ChosenRoute | undefined {
    if (!this.#fresh) {
      this.#fresh = true;
      this.reported = this.#choose(headers);
    }
    return this.reported;
  }

  clear(): void {
    if (!this.keep) this.#fresh = false;
  }

  #choose(headers: HeaderMap | undefined): ChosenRoute | undefined {
    if (headers?.get(":path") === undefined) return undefined;
    if (headers.get("x-forwarded-proto")) return this.#table(headers);
    this.#onProtoMissing();
    return undefined;
  }
}
