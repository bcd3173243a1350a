import { envoyForeignFunctions } from "../hostcalls/foreign/envoy.ts";
import { hostFunctions } from "./host-functions.ts";
import type { Profile } from "./profile.ts";

const HIGRESS_ONLY = /^env\.proxy_(redis_|inject_encoded|get_upstream_hosts|set_upstream_override)/;

/** Stock Envoy 1.40: ABI 0.2.1, what Istio and Envoy Gateway run. */
export const envoy: Profile = {
  name: "envoy",
  markers: ["proxy_abi_version_0_2_1"],
  hostFunctions: hostFunctions(),
  foreignFunctions: new Map(Object.entries(envoyForeignFunctions)),
  hasRedis: false,
  hasControlProperties: false,
  rebuildsFailedVms: false,
  topLevelProperties: new Set(),
  defaultBufferLimitBytes: 1024 * 1024,
  knowsCallback: (name) => name !== "proxy_on_redis_call_response",
  stopsHeadersOnly: () => false,
  localResponseDetails: (_plugin, details) => details,
  importHint(key) {
    if (HIGRESS_ONLY.test(key)) return 'Only Higress has it: run this plugin with the profile "higress".';
    if (key === "env.abort") return "Build with --use abort=<your function>: gateways have no env.abort.";
    return undefined;
  },
};
