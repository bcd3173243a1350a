import { hostname } from "node:os";
import { addressText } from "../../services/address-text.ts";
import type { HeaderMap } from "../header-map.ts";
import type { HttpStream } from "../http-stream.ts";
import { fromBytes } from "../../vm/pairs.ts";
import type { AccessRecord } from "../../gateway/observe.ts";
import { LONG_FLAGS } from "./flags.ts";
import { formatTime } from "./time.ts";

/** A finished stream, and the record of it. */
export interface Logged {
  stream: HttpStream;
  record: AccessRecord;
}

/** Undefined: there is none, which reads `-` in text and null in JSON. */
export type LogValue = string | number | boolean | undefined;

type Operator = (logged: Logged, argument: string) => LogValue;

const known = (value: string): LogValue => (value === "" ? undefined : value);
const absent: Operator = () => undefined;

/** Operators without an argument, or with one that may be left out. */
const PLAIN: Record<string, Operator> = {
  ACCESS_LOG_TYPE: () => "DownstreamEnd",
  BYTES_RECEIVED: ({ record }) => record.requestBytes,
  BYTES_SENT: ({ record }) => record.responseBytes,
  CONNECTION_ID: ({ stream }) => stream.id,
  CONNECTION_TERMINATION_DETAILS: absent,
  DURATION: ({ record }) => record.durationMs,
  EMIT_TIME: ({ stream }, format) => formatTime(stream.clock.now(), format),
  FILTER_CHAIN_NAME: absent,
  GRPC_STATUS_NUMBER: ({ stream }) => grpcStatus(stream),
  HOSTNAME: () => hostname(),
  LOCAL_REPLY_BODY: ({ stream }) => stream.localReplyBody,
  PROTOCOL: ({ stream }) => stream.info.protocol,
  REQUESTED_SERVER_NAME: absent,
  RESPONSE_CODE: ({ record }) => record.status,
  RESPONSE_CODE_DETAILS: ({ stream }) => stream.knownDetails,
  RESPONSE_FLAGS: ({ record }) => known(record.flags) ?? "-",
  RESPONSE_FLAGS_LONG: ({ record }) => LONG_FLAGS[record.flags] ?? record.flags,
  ROUTE_NAME: ({ record }) => known(record.routeName),
  START_TIME: ({ stream }, format) => formatTime(stream.startedAt, format),
  UPSTREAM_CLUSTER: ({ record }) => known(record.cluster),
  UPSTREAM_CLUSTER_RAW: ({ record }) => known(record.cluster),
  UPSTREAM_REQUEST_ATTEMPT_COUNT: ({ stream }) => stream.attempts,
  UPSTREAM_TRANSPORT_FAILURE_REASON: ({ stream }) => known(stream.transportFailure),
  VIRTUAL_CLUSTER_NAME: absent,
};

/** Operators that need their argument. */
const WITH_ARGUMENT: Record<string, Operator> = {
  REQ: ({ stream }, name) => fromHeaders(stream.request.headers, name),
  RESP: ({ stream }, name) => fromHeaders(stream.response.headers, name),
  TRAILER: ({ stream }, name) => fromHeaders(stream.response.trailers, name),
  ENVIRONMENT: (_, name) => process.env[name] ?? undefined,
  DYNAMIC_METADATA: absent,
  FILTER_STATE: filterState,
  QUERY_PARAM: ({ stream }, name) => {
    const query = stream.request.headers?.get(":path")?.split("?")[1];
    return new URLSearchParams(query ?? "").get(name) ?? undefined;
  },
};

for (const [name, address] of Object.entries({
  DOWNSTREAM_REMOTE_ADDRESS: ({ stream }: Logged) => addressText(stream.info.remote),
  DOWNSTREAM_DIRECT_REMOTE_ADDRESS: ({ stream }: Logged) => addressText(stream.directRemote),
  DOWNSTREAM_LOCAL_ADDRESS: ({ stream }: Logged) => addressText(stream.info.local),
  DOWNSTREAM_DIRECT_LOCAL_ADDRESS: ({ stream }: Logged) => addressText(stream.info.local),
  UPSTREAM_HOST: ({ stream }: Logged) => stream.upstreamAddress,
  UPSTREAM_REMOTE_ADDRESS: ({ stream }: Logged) => stream.upstreamAddress,
})) {
  const colon = (text: string | undefined) => text?.lastIndexOf(":") ?? -1;
  PLAIN[name] = address;
  if (name === "UPSTREAM_HOST") continue;
  PLAIN[`${name}_WITHOUT_PORT`] = (logged) => address(logged)?.slice(0, colon(address(logged)));
  const port = `${name.replace(/_ADDRESS$/, "")}_PORT`;
  PLAIN[port] = (logged) => {
    const text = address(logged);
    return text === undefined ? undefined : Number(text.slice(colon(text) + 1));
  };
}

/** @throws {Error} that names the operator and what to do */
export function compileOperator(name: string, argument: string | undefined): (logged: Logged) => LogValue {
  const needing = WITH_ARGUMENT[name];
  const operator = needing ?? PLAIN[name];
  // Nothing is encrypted here: what is asked of TLS is not there, as on any plain connection.
  if (/^DOWNSTREAM_(TLS|PEER|LOCAL_(SUBJECT|URI|DNS|IP))_?/.test(name) && operator === undefined)
    return () => undefined;
  if (operator === undefined) {
    const all = Object.keys({ ...PLAIN, ...WITH_ARGUMENT }).toSorted();
    throw new Error(`the access log operator %${name}% is not simulated; there are ${all.join(", ")}`);
  }
  if (needing !== undefined && !argument) throw new Error(`%${name}% needs an argument in parentheses`);
  return (logged) => operator(logged, argument ?? "");
}

/** `NAME?OTHER`: the first that is there. */
function fromHeaders(headers: HeaderMap | undefined, argument: string): LogValue {
  for (const name of argument.split("?")) {
    const value = headers?.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** `wasm.key:PLAIN`; without a type, or with `TYPED`, as the JSON of its protobuf. */
function filterState({ stream }: Logged, argument: string): LogValue {
  const [key = "", type = "TYPED"] = argument.split(":");
  const value = stream.filterState.get(key);
  if (value === undefined || !key.startsWith("wasm.")) return undefined;
  if (type === "PLAIN") return fromBytes(value);
  const typed = {
    "@type": "type.googleapis.com/google.protobuf.BytesValue",
    value: Buffer.from(value).toString("base64"),
  };
  return JSON.stringify(typed);
}

function grpcStatus(stream: HttpStream): LogValue {
  const { headers, trailers } = stream.response;
  const status = trailers?.get("grpc-status") ?? headers?.get("grpc-status");
  return status === undefined ? undefined : Number(status);
}
