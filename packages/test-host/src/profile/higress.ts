import { envoyForeignFunctions } from "../hostcalls/foreign/envoy.ts";
import { higressForeignFunctions } from "../hostcalls/foreign/higress.ts";
import { higressFunctions } from "../hostcalls/higress.ts";
import { redisFunctions } from "../hostcalls/redis.ts";
import { envoy } from "./envoy.ts";
import { hostFunctions } from "./host-functions.ts";
import type { Profile } from "./profile.ts";

const OWN_MARKER = "proxy_abi_version_0_2_100";

/** Higress and Alibaba AI Gateway: Envoy with ABI 0.2.100, Redis, and a smaller default buffer. */
export const higress: Profile = {
  name: "higress",
  markers: [OWN_MARKER, "proxy_abi_version_0_2_1"],
  hostFunctions: hostFunctions({ ...redisFunctions, ...higressFunctions }),
  foreignFunctions: new Map(Object.entries({ ...envoyForeignFunctions, ...higressForeignFunctions })),
  hasRedis: true,
  hasControlProperties: true,
  rebuildsFailedVms: true,
  topLevelProperties: new Set([
    "route_name",
    "cluster_name",
    "route_metadata",
    "cluster_metadata",
    "virtual_host_name",
    "listener_direction",
  ]),
  defaultBufferLimitBytes: 32 * 1024,
  knowsCallback: () => true,
  // The conversion of 1 tests only whether the older ABI's request headers callback was bound (src/context.cc).
  stopsHeadersOnly: (module) => module.marker === OWN_MARKER || !module.has("proxy_on_request_headers"),
  localResponseDetails: (plugin, details) => `via_wasm::${plugin}::${details}`,
  importHint: (key) => envoy.importHint(key),
};
