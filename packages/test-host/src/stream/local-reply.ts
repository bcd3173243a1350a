import type { FaultCode } from "../gateway/error-codes.ts";
import { grpcStatusOfHttp } from "../services/grpc/status.ts";
import type { Header } from "../services/upstream/upstream.ts";
import type { LocalResponse } from "../vm/context.ts";
import { toBytes } from "../vm/pairs.ts";
import { HeaderMap, isBadName, isBadValue } from "./header-map.ts";

export interface ReplyShape {
  headers: HeaderMap;
  body: Uint8Array;
}

/**
 * The response that a local reply becomes. Source: Envoy, `Http::Utility::prepareLocalReply`: content-length is the
 * real one, a body without content-type is text/plain, a gRPC request gets a trailers-only response with status 200.
 */
export function shapeLocalReply(response: LocalResponse, request: HeaderMap | undefined): ReplyShape {
  const isHead = request?.get(":method") === "HEAD";
  const headers = new HeaderMap([[":status", String(response.status)]]);
  for (const [name, value] of response.headers) if (name !== ":status") headers.add(name, value);
  if (/^application\/grpc(?:$|\+)/.test(request?.get("content-type") ?? "")) {
    const status =
      response.grpcStatus >= 0 && response.grpcStatus <= 16
        ? response.grpcStatus
        : grpcStatusOfHttp(response.status);
    headers.replace(":status", "200");
    headers.replace("content-type", "application/grpc");
    if (!headers.get("grpc-status")) headers.replace("grpc-status", String(status));
    if (response.body.length > 0 && !isHead) headers.replace("grpc-message", percentEncoded(response.body));
    headers.remove("content-length");
    return { headers, body: new Uint8Array() };
  }
  if (response.body.length > 0) {
    headers.replace("content-length", String(response.body.length));
    if (headers.get("content-type") === undefined) headers.replace("content-type", "text/plain");
  } else {
    headers.remove("content-length");
    headers.remove("content-type");
  }
  return { headers, body: isHead ? new Uint8Array() : response.body };
}

function percentEncoded(body: Uint8Array): string {
  return [...body]
    .map((byte) =>
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    )
    .join("");
}

/** Envoy's clean-up of details: blanks and control characters become `_`. */
export function detailsText(details: string): string {
  return details.replace(/[\s\0]/g, "_");
}

/** What in a local response would corrupt the wire; each with its code. Nothing in a gateway checks these. */
export function findReplyFaults(response: LocalResponse): { code: FaultCode; message: string }[] {
  const faults: { code: FaultCode; message: string }[] = [];
  const { status } = response;
  if (status < 200 || status > 599) {
    faults.push({
      code: "invalid-status",
      message: `a local response with status ${status}: Envoy writes it on the wire as it is; use 200 to 599`,
    });
  }
  if ((status === 204 || status === 304) && response.body.length > 0) {
    faults.push({
      code: "body-not-allowed",
      message: `a local response ${status} with a body: clients read the body as the next response`,
    });
  }
  faults.push(...findHeaderFaults(response.headers));
  return faults;
}

export function findHeaderFaults(headers: readonly Header[]): { code: FaultCode; message: string }[] {
  return headers
    .filter(([name, value]) => isBadName(name) || isBadValue(value))
    .map(([name, value]) => ({
      code: "header-injection",
      message: `response header ${JSON.stringify(name)}: ${JSON.stringify(value)} goes raw on the wire (response splitting)`,
    }));
}

/** The response as it can safely be sent. */
export function withoutFaults(response: LocalResponse): LocalResponse {
  const status = response.status >= 200 && response.status <= 599 ? response.status : 500;
  return {
    ...response,
    status,
    headers: response.headers.filter(([name, value]) => !isBadName(name) && !isBadValue(value)),
    body: status === 204 || status === 304 ? new Uint8Array() : response.body,
  };
}

/** A reply that the gateway itself makes. */
export function gatewayReply(
  status: number,
  body: string,
  details: string,
  headers: Header[] = [],
): LocalResponse {
  return { status, body: toBytes(body), details, headers, grpcStatus: -1 };
}
