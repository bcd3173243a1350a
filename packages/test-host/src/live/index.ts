/** The gateway on real sockets, and what a command line around it needs. */
export { LiveGateway, serve, type ServeOptions } from "./serve.ts";
export { ListenError } from "./socket.ts";
export {
  EnvoyConfigError,
  readEnvoyConfig,
  type LoadFile,
  type ReadEnvoyConfigOptions,
} from "../envoy/index.ts";
export { ManifestError, readManifests, type PluginManifest } from "../higress/manifest.ts";
export { writeBootstrap } from "../envoy/write-bootstrap.ts";
export type {
  ClusterConfig,
  Endpoint,
  GatewayConfig,
  ListenerConfig,
  RouteConfig,
  SocketAddress,
  WasmFilterConfig,
} from "../gateway/config.ts";
export type { CommandErrorCode, ErrorCode, FaultCode, GatewayErrorCode } from "../gateway/error-codes.ts";
export { GatewayError } from "../gateway/gateway-error.ts";
export {
  LOG_LEVELS,
  type AccessRecord,
  type Fault,
  type LogLevel,
  type LogLine,
} from "../gateway/observe.ts";
export type { GatewayOptions, ProfileName } from "../gateway/options.ts";
export { PROFILES } from "../profile/profile.ts";
export { addressText } from "../services/address-text.ts";
export { startRedis, type RedisServer } from "../services/redis/server.ts";
export { startEchoServer, type EchoServer } from "../services/upstream/echo-server.ts";
export { echo } from "../services/upstream/echo.ts";
export { formatTrace, guestMs } from "../trace/format.ts";
export type { RequestTrace } from "../trace/trace.ts";
export { loadModule } from "../vm/module.ts";
export { readModuleInterface } from "../vm/module-interface.ts";
