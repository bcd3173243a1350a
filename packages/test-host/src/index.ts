import { TestHost, type TestHostOptions } from "./testing/test-host.ts";
import type { StartOptions } from "./testing/options.ts";
import { TestGateway } from "./testing/test-gateway.ts";

/**
 * Starts a gateway in this process, with one plugin or a chain of them.
 *
 *     const gateway = await startGateway({ plugin: "dist/hello-world.wasm" });
 *     const response = await gateway.fetch("/orders");
 *
 * @throws GatewayError when a module is refused or a plugin rejects its configuration, with what the plugin logged
 */
export function startGateway(options: StartOptions): Promise<TestGateway> {
  return TestGateway.start(options);
}

/**
 * Starts a gateway that a test moves on step by step: `callOnHttpRequestHeaders`, `callOnHttpCall`, `getLocalResponse` ...
 *
 * @throws GatewayError as `startGateway`
 */
export function startTestHost(options: TestHostOptions): Promise<TestHost> {
  return TestHost.start(options);
}

export type { FaultCode, GatewayErrorCode } from "./gateway/error-codes.ts";
export { GatewayError } from "./gateway/gateway-error.ts";
export type { Fault, LogLevel, LogLine } from "./gateway/observe.ts";
export type { ConfigureResult, ProfileName } from "./gateway/options.ts";
export type { Clock, Timer } from "./services/clock.ts";
export { GrpcError, type GrpcMethod, type GrpcServerCall } from "./services/grpc/in-process.ts";
export { RealClock } from "./services/real-clock.ts";
export { startRedis, type RedisServer } from "./services/redis/server.ts";
export { echo } from "./services/upstream/echo.ts";
export { UpstreamReset } from "./services/upstream/in-process.ts";
export type {
  Header,
  UpstreamHandler,
  UpstreamRequest,
  UpstreamResponse,
} from "./services/upstream/upstream.ts";
export { VirtualClock } from "./services/virtual-clock.ts";
export { grpcService, type FakeGrpcService, type RecordedGrpcCall } from "./testing/fake-grpc-service.ts";
export { upstream, type FakeUpstream, type RecordedRequest } from "./testing/fake-upstream.ts";
export type { ClusterTarget, FetchOptions, PluginOptions, StartOptions } from "./testing/options.ts";
export type { GatewayRequest } from "./testing/request.ts";
export { GatewayResponse, ResponseHeaders } from "./testing/response.ts";
export { formatTrace, guestMs, type TracePaint } from "./trace/format.ts";
export type * from "./trace/trace.ts";
export { TestGateway } from "./testing/test-gateway.ts";
export * from "./testing/redis-replies.ts";
export { Action, TestHost, type TestHostOptions } from "./testing/test-host.ts";
