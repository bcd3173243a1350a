export { LogLevel } from "./assembly/abi/enums";
export { base64, base64url } from "./assembly/bytes/base64";
export { Bytes } from "./assembly/bytes/bytes";
export { hex } from "./assembly/bytes/hex";
export { percent } from "./assembly/bytes/percent";
export { ByteSink } from "./assembly/bytes/sink";
export { ConfigReader, IntegerRange } from "./assembly/config/reader";
export { crypto } from "./assembly/crypto/crypto";
export { Gunzipped, gunzip } from "./assembly/gzip/gunzip";
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
export { Pattern } from "./assembly/pattern/pattern";
export { NoConfig, NoState, Plugin } from "./assembly/plugin/plugin";
export { RedisCall, RedisClient, RedisOptions } from "./assembly/redis/client";
export { RedisReply } from "./assembly/redis/reply";
export { Action } from "./assembly/stream/action";
export { Failure } from "./assembly/stream/calls";
export { RespondOptions } from "./assembly/stream/respond";
export { clock } from "./assembly/time/clock";
export { utc } from "./assembly/time/utc";
export { Cookies, SetCookieOptions, setCookie } from "./assembly/web/cookies";
export { EventReader, ServerSentEvent } from "./assembly/web/events";
export { addressOf, forwardedFor } from "./assembly/web/forwarded";
export { Query } from "./assembly/web/query";
export { StreamReplacer } from "./assembly/web/replacer";
export { Url } from "./assembly/web/url";
