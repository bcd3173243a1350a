import type { ProfileName } from "../gateway/options.ts";
import type { ForeignFunction } from "../hostcalls/foreign.ts";
import type { CallbackName } from "../vm/callbacks.ts";
import type { HostFunctions } from "../vm/host-function.ts";
import { envoy } from "./envoy.ts";
import { higress } from "./higress.ts";

/** In what one gateway differs from another. Everything else is the same engine. */
export interface Profile {
  readonly name: ProfileName;
  /** ABI markers that the gateway knows; the first of them in a module's export section decides. */
  readonly markers: readonly string[];
  readonly hostFunctions: HostFunctions;
  readonly foreignFunctions: ReadonlyMap<string, ForeignFunction>;
  readonly hasRedis: boolean;
  /** Properties like `set_decoder_buffer_limit` and `clear_route_cache` steer the stream. */
  readonly hasControlProperties: boolean;
  /** A failed VM is replaced by a new one when the next stream begins, whatever the failure policy. */
  readonly rebuildsFailedVms: boolean;
  /** Names that work without the `xds.` in front. */
  readonly topLevelProperties: ReadonlySet<string>;
  /** Bytes; for listeners that set no limit. */
  readonly defaultBufferLimitBytes: number;
  knowsCallback(name: CallbackName): boolean;
  /** Whether status 1 at headers holds the headers alone, so that body callbacks go on. */
  stopsHeadersOnly(module: { marker: string; has(name: CallbackName): boolean }): boolean;
  localResponseDetails(plugin: string, details: string): string;
  /** What to do about an import that this gateway does not have. */
  importHint(key: string): string | undefined;
}

export const PROFILES: Readonly<Record<ProfileName, Profile>> = { envoy, higress };
