import type { GatewayConfig, ProfileName } from "@gateway-plugins/test-host/live";
import { needsHigress } from "../plugin/inspect.ts";

export type ProfileChoice = (config: GatewayConfig) => ProfileName;

/** The profile that was asked for; else Higress when a plugin loads nowhere else, else Envoy. */
export function profileChoice(wanted: ProfileName | undefined): ProfileChoice {
  return ({ listeners }) => {
    if (wanted !== undefined) return wanted;
    const filters = listeners.flatMap((listener) => listener.filters);
    return filters.some(({ code }) => needsHigress(code.bytes)) ? "higress" : "envoy";
  };
}
