import { grpcStatusOfHttp, readGrpcStatus } from "../services/grpc/status.ts";
import { encodePairs, toBytes } from "../vm/pairs.ts";
import type { HeaderMap } from "./header-map.ts";
import type { HttpStream } from "./http-stream.ts";

export type PropertyValue = Uint8Array | undefined | null;

export function int64(value: number | bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true);
  return bytes;
}

function text(value: string | undefined): PropertyValue {
  return value === undefined ? undefined : toBytes(value);
}

/** A map that is not there is one without entries. */
function headerProperty(map: HeaderMap | undefined, rest: readonly string[]): PropertyValue {
  if (rest.length === 0) return encodePairs(map?.entries() ?? []);
  const values = map?.getAll(rest.join("\0")) ?? [];
  return values.length === 0 ? undefined : toBytes(values.join(","));
}

/** Which of the stream's messages the asking filter has at hand now. */
export interface PropertyView {
  request: boolean;
  response: boolean;
  trailers: boolean;
}

const FROM_REQUEST_HEADERS = new Set(
  "path url_path query host scheme method referer useragent id headers".split(" "),
);

const MESSAGES = new Set("request response connection source destination upstream xds".split(" "));

/**
 * `proxy_get_property` on a stream. Undefined: not found. Null: known, but without a serialized form (result 3).
 * Source: Envoy's attributes, source/extensions/filters/common/expr/context.cc.
 */
export function streamProperty(
  stream: HttpStream,
  path: readonly string[],
  view: PropertyView = { request: true, response: true, trailers: true },
): PropertyValue {
  const given = stream.info.properties.get(path.join("."));
  if (given !== undefined) return given;
  const [area = "", name = "", ...rest] = path;
  if (area === "filter_state") return path.length === 1 ? null : stream.filterState.get(name);
  if (MESSAGES.has(area) && path.length === 1) return null;
  const isScalar = name !== "headers" && name !== "trailers";
  if ((area === "request" || area === "response") && isScalar && rest.length > 0) return undefined;
  if (area === "request") return requestProperty(stream, name, rest, view);
  if (area === "response") return responseProperty(stream, name, rest, view);
  if (area === "connection") return connectionProperty(stream, name);
  if (area === "connection_id") return int64(stream.id);
  if (area === "source" || area === "destination") {
    const socket = area === "source" ? stream.info.remote : stream.info.local;
    if (name === "address") return toBytes(`${socket.address}:${socket.port}`);
    return name === "port" ? int64(socket.port) : undefined;
  }
  if (area === "upstream") return upstreamProperty(stream, name);
  if (area === "metadata") return metadataProperty(name, rest);
  if (area === "xds") return xdsProperty(stream, name);
  if (stream.profile.topLevelProperties.has(area)) return xdsProperty(stream, area);
  // What plugins have set does not hide what there is.
  return stream.filterState.get(`wasm.${area}`);
}

function requestProperty(
  stream: HttpStream,
  name: string,
  rest: readonly string[],
  view: PropertyView,
): PropertyValue {
  const headers = stream.request.headers;
  if (!view.request && FROM_REQUEST_HEADERS.has(name))
    return name === "headers" ? headerProperty(undefined, rest) : undefined;
  const path = headers?.get(":path");
  switch (name) {
    case "path":
      return text(path);
    case "url_path":
      return text(path?.split("?")[0]);
    case "query":
      return text(path?.includes("?") ? path.slice(path.indexOf("?") + 1) : "");
    case "host":
      return text(headers?.get(":authority"));
    case "scheme":
      return text(headers?.get(":scheme"));
    case "method":
      return text(headers?.get(":method"));
    case "referer":
      return text(headers?.get("referer"));
    case "useragent":
      return text(headers?.get("user-agent"));
    case "id":
      return text(headers?.get("x-request-id"));
    case "protocol":
      return text(stream.info.protocol);
    case "headers":
      return headerProperty(headers, rest);
    case "time":
      return int64(stream.startedAt);
    case "duration":
      return stream.ended ? int64(stream.clock.now() - stream.startedAt) : undefined;
    case "size":
      return int64(Number(headers?.get("content-length") ?? stream.requestBytes));
    case "total_size":
      return int64(stream.requestBytes + (headers?.byteSize ?? 0));
    default:
      return undefined;
  }
}

function responseProperty(
  stream: HttpStream,
  name: string,
  rest: readonly string[],
  view: PropertyView,
): PropertyValue {
  const trailers = view.trailers ? stream.response.trailers : undefined;
  const headers = view.response ? stream.response.headers : undefined;
  const status = stream.response.headers?.get(":status");
  switch (name) {
    case "code":
      return stream.responseCode === undefined ? undefined : int64(stream.responseCode);
    case "code_details":
      return text(stream.knownDetails);
    case "flags":
      return int64(0);
    case "grpc_status": {
      const given = readGrpcStatus(trailers?.get("grpc-status") ?? headers?.get("grpc-status"));
      if (given !== undefined) return int64(given);
      return status === undefined ? undefined : int64(grpcStatusOfHttp(Number(status)));
    }
    case "backend_latency":
      return stream.response.observedEnd && stream.upstreamAddress !== undefined
        ? int64(stream.clock.now() - stream.startedAt)
        : undefined;
    case "headers":
      return headerProperty(headers, rest);
    case "trailers":
      return headerProperty(trailers, rest);
    case "size":
    case "total_size":
      return int64(stream.responseBytes);
    default:
      return undefined;
  }
}

function connectionProperty(stream: HttpStream, name: string): PropertyValue {
  if (name === "mtls") return new Uint8Array([0]);
  if (name === "id") return int64(stream.id);
  return name === "requested_server_name" ? new Uint8Array() : undefined;
}

function upstreamProperty(stream: HttpStream, name: string): PropertyValue {
  if (name === "request_attempt_count") return int64(stream.upstreamAddress === undefined ? 0 : 1);
  if (stream.upstreamAddress === undefined) return undefined;
  switch (name) {
    case "address":
      return text(stream.upstreamAddress);
    case "port":
      return int64(Number(stream.upstreamAddress.split(":").pop()) || 0);
    case "local_address":
      return toBytes("127.0.0.1:0");
    case "transport_failure_reason":
      return text(stream.transportFailure);
    case "locality":
      return new Uint8Array();
    default:
      return undefined;
  }
}

/** No filter of this host writes dynamic metadata: the map is there, and empty. */
function metadataProperty(name: string, rest: readonly string[]): PropertyValue {
  if (name === "") return new Uint8Array();
  return name === "filter_metadata" && rest.length === 0 ? encodePairs([]) : undefined;
}

function xdsProperty(stream: HttpStream, name: string): PropertyValue {
  const chosen = stream.reportedRoute;
  switch (name) {
    case "route_name":
      return text(chosen?.route.name);
    case "cluster_name":
      return chosen && "cluster" in chosen.route.action ? toBytes(chosen.route.action.cluster) : undefined;
    case "virtual_host_name":
      return text(chosen?.virtualHost.name);
    case "route_metadata":
    case "cluster_metadata":
    case "virtual_host_metadata":
    case "listener_metadata":
      return new Uint8Array();
    case "upstream_host_metadata":
      return stream.upstreamAddress === undefined ? undefined : null;
    case "listener_direction":
      return int64(0);
    case "filter_chain_name":
      return new Uint8Array();
    default:
      return undefined;
  }
}
