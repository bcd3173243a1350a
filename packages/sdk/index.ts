export { LogLevel } from "./assembly/abi/enums";
export { Bytes } from "./assembly/bytes/bytes";
export { ConfigReader, IntegerRange } from "./assembly/config/reader";
export { Body, BodyView } from "./assembly/http/body";
export { CallOptions, HttpCall, HttpClient, HttpResponse } from "./assembly/http/client";
export { Cluster } from "./assembly/http/cluster";
export { Headers, HeadersView } from "./assembly/http/headers";
export { Request, RequestInfo } from "./assembly/http/request";
export { Response, ResponseInfo } from "./assembly/http/response";
export { Json } from "./assembly/json/json";
export { log } from "./assembly/log/log";
export {
  LogContext,
  RequestBodyContext,
  RequestContext,
  ResponseBodyContext,
  ResponseContext,
} from "./assembly/plugin/context";
export { NoConfig, NoState, Plugin } from "./assembly/plugin/plugin";
export { RedisCall, RedisClient, RedisOptions } from "./assembly/redis/client";
export { RedisReply } from "./assembly/redis/reply";
export { Action } from "./assembly/stream/action";
export { Failure } from "./assembly/stream/calls";
export { RespondOptions } from "./assembly/stream/respond";
export { clock } from "./assembly/time/clock";
