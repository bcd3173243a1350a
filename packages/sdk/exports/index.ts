// Everything a gateway may call. The transform makes this file an entry of the module and strips what the plugin has no use for: an
// exported callback costs an entry into the VM whether it is handled or not.
import { allocate } from "../assembly/abi/allocator";
import { deliverGrpcClose, deliverGrpcMessage } from "../assembly/grpc/client";
import { deliverHttpCall } from "../assembly/http/client";
import { deliverRedisCall } from "../assembly/redis/client";
import { onQueueReady, onTick, startRoot } from "../assembly/plugin/background";
import { BodyMode, handlers } from "../assembly/plugin/handlers";
import { configureRoot, createContext } from "../assembly/plugin/roots";
import * as dispatcher from "../assembly/plugin/dispatcher";
import * as whole from "../assembly/plugin/whole-request";

// Higress takes the first marker it meets, stock Envoy the first it knows: one file for both.
export function proxy_abi_version_0_2_100(): void {}
export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_memory_allocate(size: usize): usize {
  return allocate(size);
}
export function proxy_on_configure(root: u32, size: u32): u32 {
  const accepted = !handlers.parse || configureRoot(root, size);
  if (accepted) startRoot(root);
  return accepted;
}
export function proxy_on_context_create(id: u32, root: u32): void {
  createContext(id, root);
}
export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): u32 {
  if (handlers.wholeRequest) return whole.onRequestHeaders(id, endOfStream != 0);
  return dispatcher.onRequestHeaders(id, endOfStream != 0);
}
export function proxy_on_request_body(id: u32, size: u32, endOfStream: u32): u32 {
  return dispatcher.onRequestBody(id, size, endOfStream != 0);
}
export function proxy_on_request_trailers(id: u32, count: u32): u32 {
  return dispatcher.onRequestTrailers(id);
}
export function proxy_on_response_headers(id: u32, count: u32, endOfStream: u32): u32 {
  if (isDefined(GATEWAY_USES_routeCall))
    if (whole.isRouted(id)) return whole.onRoutedHeaders(id, endOfStream != 0);
  return dispatcher.onResponseHeaders(id, endOfStream != 0);
}
export function proxy_on_response_body(id: u32, size: u32, endOfStream: u32): u32 {
  if (isDefined(GATEWAY_USES_routeCall))
    if (whole.isRouted(id)) return whole.onRoutedBody(id, endOfStream != 0);
  return dispatcher.onResponseBody(id, size, endOfStream != 0);
}
export function proxy_on_response_trailers(id: u32, count: u32): u32 {
  if (isDefined(GATEWAY_USES_routeCall)) if (whole.isRouted(id)) return whole.onRoutedBody(id, true);
  return dispatcher.onResponseTrailers(id);
}
export function proxy_on_http_call_response(
  root: u32,
  token: u32,
  headers: u32,
  size: u32,
  trailers: u32,
): void {
  deliverHttpCall(token, headers);
}
export function proxy_on_redis_call_response(root: u32, token: u32, status: u32, size: u32): void {
  deliverRedisCall(token, status, size);
}
export function proxy_on_grpc_receive(root: u32, token: u32, size: u32): void {
  deliverGrpcMessage(token);
}
export function proxy_on_grpc_close(root: u32, token: u32, status: u32): void {
  deliverGrpcClose(token, status);
}
export function proxy_on_tick(root: u32): void {
  onTick(root);
}
export function proxy_on_queue_ready(root: u32, queue: u32): void {
  onQueueReady(root, queue);
}
export function proxy_on_log(id: u32): void {
  if (handlers.log) dispatcher.onLog(id);
}

export {
  encodeAppendableName,
  encodeChangeableName,
  encodeDeletableName,
  encodeName,
  encodeText,
  encodeValue,
  releaseScratch,
} from "../assembly/abi/text";
export { decimal } from "../assembly/abi/compose";
export { equalStrings, joinAll, joinTwo } from "../assembly/abi/strings";
export { abortText } from "../assembly/host/log";

/** For the transform, which runs the module's top level and then asks: one bit for each callback that is needed. */
export function gateway_callbacks(): u32 {
  const routes = isDefined(GATEWAY_USES_routeCall);
  return (
    (<u32>(handlers.parse != 0)) |
    ((<u32>(handlers.requestHeaders != 0 || handlers.requestBodyMode >= BodyMode.Rewrite)) << 1) |
    ((<u32>(handlers.requestBody != 0)) << 2) |
    ((<u32>(routes || handlers.responseHeaders != 0 || handlers.responseBodyMode >= BodyMode.Rewrite)) << 3) |
    ((<u32>(routes || handlers.responseBody != 0)) << 4) |
    ((<u32>(handlers.log != 0)) << 5) |
    ((<u32>(handlers.tick != 0)) << 6) |
    ((<u32>(handlers.queue != 0)) << 7) |
    ((<u32>(handlers.start != 0)) << 8) |
    ((<u32>(handlers.requestTrailers != 0)) << 9) |
    ((<u32>(handlers.responseTrailers != 0)) << 10) |
    ((<u32>isDefined(GATEWAY_USES_initialMetadata)) << 11) |
    ((<u32>isDefined(GATEWAY_USES_trailingMetadata)) << 12)
  );
}
