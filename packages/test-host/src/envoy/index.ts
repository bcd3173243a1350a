/** Envoy's static configuration as the language in which gateways are described. */
export { readEnvoyConfig, type ReadEnvoyConfigOptions } from "./bootstrap.ts";
export { EnvoyConfigError, type Problem } from "./problems.ts";
export type { LoadFile } from "./wasm-filter.ts";
