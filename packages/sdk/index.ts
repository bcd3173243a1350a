export { LogFields } from "./assembly/access/log-fields";
export { LogLevel } from "./assembly/abi/enums";
export { base64, base64url } from "./assembly/bytes/base64";
export { Bytes } from "./assembly/bytes/bytes";
export { hex } from "./assembly/bytes/hex";
export { percent } from "./assembly/bytes/percent";
export { ByteSink } from "./assembly/bytes/sink";
export { NumberRange } from "./assembly/config/number";
export { ConfigReader, IntegerRange } from "./assembly/config/reader";
export { crypto } from "./assembly/crypto/crypto";
export { GrpcCall, GrpcClient, GrpcOptions } from "./assembly/grpc/client";
export { GrpcMetadata } from "./assembly/grpc/metadata";
export { GrpcResponse } from "./assembly/grpc/response";
export { GrpcStream, GrpcStreamOptions } from "./assembly/grpc/stream";
export { Gunzipped, gunzip } from "./assembly/gzip/gunzip";
export { Body, BodyView } from "./assembly/http/body";
export { HttpResponse } from "./assembly/http/call-response";
export { CallOptions, HttpCall, HttpClient } from "./assembly/http/client";
export { Cluster } from "./assembly/http/cluster";
export { Headers, HeadersView } from "./assembly/http/headers";
export { All, Both, all, both } from "./assembly/http/join";
export { Reply } from "./assembly/http/reply";
export { Request, RequestInfo } from "./assembly/http/request";
export { Response, ResponseInfo } from "./assembly/http/response";
export { RouteOptions, RoutedResponse } from "./assembly/http/routed";
export { Counter, Gauge, Histogram, metricName } from "./assembly/metrics/metrics";
export { escape, quote } from "./assembly/json/quote";
export { Json } from "./assembly/json/json";
export { TokenUsage } from "./assembly/llm/usage";
export { log } from "./assembly/log/log";
export {
  LogContext,
  PluginContext,
  RequestBodyContext,
  RequestContext,
  RequestTrailersContext,
  ResponseBodyContext,
  ResponseContext,
  ResponseTrailersContext,
} from "./assembly/plugin/context";
export { LocalReply } from "./assembly/plugin/local-reply";
export { Overflow } from "./assembly/plugin/handlers";
export { Pattern } from "./assembly/pattern/pattern";
export { NoConfig, NoState, Plugin } from "./assembly/plugin/plugin";
export { RouteCall, WholeRequestContext } from "./assembly/plugin/whole-request";
export { ProtoReader } from "./assembly/protobuf/reader";
export { ProtoWriter } from "./assembly/protobuf/writer";
export { RedisCommand } from "./assembly/redis/builder";
export { RedisCall, RedisOptions } from "./assembly/redis/client";
export { RedisClient, RedisScript } from "./assembly/redis/commands";
export { RedisReply } from "./assembly/redis/reply";
export { Action } from "./assembly/stream/action";
export { Failure } from "./assembly/stream/calls";
export { RespondOptions } from "./assembly/stream/respond";
export { foreign } from "./assembly/state/foreign";
export { Leader, vmNumber } from "./assembly/state/leader";
export { SharedQueue } from "./assembly/state/queue";
export { SharedCounter, SharedValue } from "./assembly/state/shared-value";
export { clock } from "./assembly/time/clock";
export { utc } from "./assembly/time/utc";
export { Cookies, SetCookieOptions, setCookie } from "./assembly/web/cookies";
export { EventReader, ServerSentEvent } from "./assembly/web/events";
export { addressOf, forwardedFor } from "./assembly/web/forwarded";
export { Query } from "./assembly/web/query";
export { StreamReplacer } from "./assembly/web/replacer";
export { Url } from "./assembly/web/url";
