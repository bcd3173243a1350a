import type { GatewayConfig, ProfileName } from "@gateway-plugins/test-host/live";
import { importsRedis } from "../plugin/inspect.ts";

export type ProfileChoice = (config: GatewayConfig) => ProfileName;

/** The profile that was asked for; else Higress when a plugin calls Redis, which only Higress offers, else Envoy. */
export function profileChoice(wanted: ProfileName | undefined): ProfileChoice {
  return ({ listeners }) => {
    if (wanted !== undefined) return wanted;
    const filters = listeners.flatMap((listener) => listener.filters);
    return filters.some(({ code }) => importsRedis(code.bytes)) ? "higress" : "envoy";
  };
}
