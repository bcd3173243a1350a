import type { AccessRecord } from "../gateway/observe.ts";
import type { HttpStream } from "./http-stream.ts";

/** The record of a stream that has ended. */
export function accessRecord(stream: HttpStream, listener: string): AccessRecord {
  const headers = stream.request.headers;
  const action = stream.reportedRoute?.route.action;
  return {
    streamId: stream.id,
    listener,
    method: headers?.get(":method") ?? "",
    path: headers?.get(":path") ?? "",
    authority: headers?.get(":authority") ?? "",
    status: stream.responseCode ?? 0,
    details: stream.details ?? "",
    flags: stream.flags,
    routeName: stream.reportedRoute?.route.name ?? "",
    cluster: action !== undefined && "cluster" in action ? action.cluster : "",
    requestBytes: stream.requestBytes,
    responseBytes: stream.responseBytes,
    durationMs: Number((stream.clock.now() - stream.startedAt) / 1_000_000n),
  };
}
