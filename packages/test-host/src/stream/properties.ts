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

function headerProperty(map: HeaderMap | undefined, rest: readonly string[]): PropertyValue {
  if (map === undefined) return undefined;
  if (rest.length === 0) return encodePairs(map.entries());
  const values = map.getAll(rest.join("\0"));
  return values.length === 0 ? undefined : toBytes(values.join(","));
}

/**
 * `proxy_get_property` on a stream. Undefined: not found. Null: known, but without a serialized form (result 3).
 * Source: Envoy's attributes, source/extensions/filters/common/expr/context.cc.
 */
export function streamProperty(stream: HttpStream, path: readonly string[]): PropertyValue {
  const given = stream.info.properties.get(path.join("."));
  if (given !== undefined) return given;
  const [area = "", name = "", ...rest] = path;
  const state = stream.filterState.get(`wasm.${area}`);
  if (state !== undefined) return state;
  if (area === "filter_state") return name === "" ? null : stream.filterState.get(name);
  if (area === "request") return name === "" ? null : requestProperty(stream, name, rest);
  if (area === "response") return name === "" ? null : responseProperty(stream, name, rest);
  if (area === "connection") return connectionProperty(stream, name);
  if (area === "connection_id") return int64(stream.id);
  if (area === "source" || area === "destination") {
    const socket = area === "source" ? stream.info.remote : stream.info.local;
    if (name === "address") return toBytes(`${socket.address}:${socket.port}`);
    return name === "port" ? int64(socket.port) : undefined;
  }
  if (area === "upstream") return upstreamProperty(stream, name);
  if (area === "metadata") return new Uint8Array();
  if (area === "xds") return name === "" ? null : xdsProperty(stream, name);
  if (stream.profile.topLevelProperties.has(area)) return xdsProperty(stream, area);
  return undefined;
}

function requestProperty(stream: HttpStream, name: string, rest: readonly string[]): PropertyValue {
  const headers = stream.request.headers;
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

function responseProperty(stream: HttpStream, name: string, rest: readonly string[]): PropertyValue {
  const { headers, trailers } = stream.response;
  switch (name) {
    case "code":
      return headers === undefined ? undefined : int64(Number(headers.get(":status") ?? 0));
    case "code_details":
      return text(stream.knownDetails);
    case "flags":
      return int64(0);
    case "grpc_status": {
      const status = headers?.get("grpc-status") ?? trailers?.get("grpc-status");
      return status === undefined ? undefined : int64(Number(status));
    }
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
  if (name === "address") return text(stream.upstreamAddress);
  if (name !== "port" || stream.upstreamAddress === undefined) return undefined;
  return int64(Number(stream.upstreamAddress.split(":").pop()) || 0);
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
      return new Uint8Array();
    case "listener_direction":
      return int64(0);
    case "filter_chain_name":
      return new Uint8Array();
    default:
      return undefined;
  }
}
