import type { LogLevel } from "../gateway/observe.ts";
import type { ProfileName } from "../gateway/options.ts";
import type { InProcessEndpoint, FailurePolicy, RouteConfig, VirtualHostConfig } from "../gateway/config.ts";
import type { Clock } from "../services/clock.ts";
import type { UpstreamHandler } from "../services/upstream/upstream.ts";
import type { FakeGrpcService } from "./fake-grpc-service.ts";
import type { FakeUpstream } from "./fake-upstream.ts";

/**
 * Where a cluster leads: a function, fake upstream or fake gRPC service in this process, a URL (`http://host:port`,
 * `h2c://host:port` for HTTP/2 as gRPC needs it, `redis://host:port`), anything with an address and a port (an embedded
 * Redis), or null for a cluster without a healthy host.
 */
export type ClusterTarget =
  | UpstreamHandler
  | FakeUpstream
  | FakeGrpcService
  | InProcessEndpoint
  | string
  | { address: string; port: number }
  | null;

export interface PluginOptions {
  /** A `.wasm` file, relative to the working directory, or its bytes. */
  plugin: string | Uint8Array;
  /** What `on_configure` reads: strings and bytes as they are, anything else as JSON. Default: nothing, 0 bytes. */
  config?: unknown;
  /** Name of the filter and of the plugin. Default: the file's name without `.wasm`, or `plugin`. */
  name?: string;
  /** Default empty. */
  rootId?: string;
  /** Plugins of the same code, VM id and VM configuration share one VM. Default empty. */
  vmId?: string;
  vmConfig?: unknown;
  /** Envoy's deprecated setting: true: when the VM fails, requests pass without the plugin, the one it fails in too. Default false. */
  failOpen?: boolean;
  /** What requests get after the VM has failed: 503 (`FAIL_CLOSED`, the default), the upstream, or a new VM. */
  failurePolicy?: FailurePolicy;
  /** For `FAIL_RELOAD`: milliseconds from one new VM to the next. Default 1000. */
  reloadBackoffMs?: number;
  /** Envoy's setting of that name: status 1 at headers lets body callbacks go on. Default false. */
  allowOnHeadersStopIteration?: boolean;
  /** Host functions and callbacks that the plugin may have, by name. Default: all. */
  allowedCapabilities?: string[];
  /** Environment variables that the plugin sees. Default: none. */
  environment?: Record<string, string>;
}

export interface StartOptions extends Partial<PluginOptions> {
  /** A chain of plugins, in the order requests pass them; instead of `plugin`. */
  plugins?: PluginOptions[];
  /** Default `envoy`, or `higress` when a module imports functions that only Higress has. */
  profile?: ProfileName;
  /** For callouts and Redis, by cluster name. */
  clusters?: Record<string, ClusterTarget>;
  /** Where the route leads. Default: the built-in echo, which answers with the request it received as JSON. */
  upstream?: ClusterTarget;
  /** Default `virtual`: time moves with `gateway.advance` only. */
  clock?: "virtual" | "real" | Clock;
  /** Name of the one route. Default `default`. */
  routeName?: string;
  /** Milliseconds until the route answers 504. Default 15,000; 0 is none. */
  routeTimeoutMs?: number;
  /** Routes instead of the one that takes everything to `upstream`, whose cluster is named `upstream`. */
  routes?: RouteConfig[];
  /** Virtual hosts instead of the one for every domain. */
  virtualHosts?: VirtualHostConfig[];
  /** Bytes a stopped filter may hold. Default the profile's: 1 MiB for envoy, 32 KiB for higress. */
  bufferLimitBytes?: number;
  /** Lines below do not appear in `gateway.logs`. Default `info`. */
  logLevel?: LogLevel;
  /** A seed that chooses where bodies are cut into chunks: of requests, and of what functions and fake upstreams answer. */
  chunks?: number;
  /** Write down what happens to each request (`response.trace`). Default true. */
  trace?: boolean;
  /** Start in a trial VM and in the main thread's own VM first, as gateways do. Default true. */
  canary?: boolean;
  /** Worker threads, each with VMs of its own; requests take them in turn. Default 1. */
  workers?: number;
  /** Milliseconds that a plugin may take for one callback before it is ended: a fault. Default 2000; 0 waits for ever. */
  watchdogMs?: number;
  /** Foreign functions by name, besides the gateway's own and in front of them. */
  foreignFunctions?: Record<string, TestForeignFunction>;
  /** Addresses by host name for `envoy_resolve_dns`; other names have none. Default: this machine's hosts file and resolver. */
  dns?: Record<string, string[]>;
}

/** Takes the guest's argument; answers what the guest gets, a result code, or nothing (0, no bytes). */
export type TestForeignFunction = (argument: Uint8Array) => Uint8Array | string | number | undefined;

export interface FetchOptions {
  /** Default GET, or POST when there is a body. */
  method?: string;
  headers?: Record<string, string> | [name: string, value: string][];
  /** One body goes with its content-length; an array goes chunk by chunk, without. */
  body?: string | Uint8Array | (string | Uint8Array)[];
  trailers?: Record<string, string> | [name: string, value: string][];
  /** A seed that chooses where the body is cut into chunks; a body with a content-length keeps it. Default the gateway's. */
  chunks?: number;
  /** The request's `Host`. Default `localhost`. */
  authority?: string;
  /** Aborting is the client going away. */
  signal?: AbortSignal;
}
