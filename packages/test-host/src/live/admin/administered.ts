import type { GatewayConfig, SocketAddress } from "../../gateway/config.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { RequestCounts } from "./request-counts.ts";

/** What the admin interface tells of: always what runs now. */
export interface Administered {
  readonly gateway: Gateway;
  readonly config: GatewayConfig;
  readonly counts: RequestCounts;
  /** Where each listener listens, by its name. */
  readonly listeners: Record<string, SocketAddress>;
}
