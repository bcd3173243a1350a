import type { Header } from "../services/upstream/upstream.ts";
import { fromBytes } from "../vm/pairs.ts";
import { bytesField, numberField, readProto, textField } from "../vm/protobuf.ts";

/** Where a gRPC callout goes. */
export interface GrpcTarget {
  cluster: string;
  authority: string;
  /** Sent before what the call itself gives. */
  initialMetadata: Header[];
  /** Leaves out `x-envoy-internal`. */
  skipEnvoyHeaders: boolean;
  /** Bytes; 0 is no limit. */
  maxMessageBytes: number;
  /** The target asks for retries. */
  retries: boolean;
}

const ENVOY_GRPC = 1;
const GOOGLE_GRPC = 2;
const INITIAL_METADATA = 5;
const RETRY_POLICY = 6;

/**
 * Reads the target of a gRPC callout: `envoy.config.core.v3.GrpcService`, or else the name of a cluster. "name": the bytes are
 * no such message. "unset": they are one that names no target; a cluster's name may by chance be that, `empty` for instance,
 * and Envoy aborts on it.
 */
export function readGrpcTarget(bytes: Uint8Array): GrpcTarget | "name" | "unset" | "google" {
  const service = readProto(bytes);
  if (service === undefined) return "name";
  const kind = service.findLast(({ number, value }) => number <= GOOGLE_GRPC && typeof value !== "bigint");
  if (kind === undefined) return "unset";
  if (kind.number === GOOGLE_GRPC) return "google";
  const envoyGrpc = readProto(bytesField(service, ENVOY_GRPC) ?? new Uint8Array());
  const cluster = envoyGrpc && textField(envoyGrpc, 1);
  const authority = envoyGrpc && textField(envoyGrpc, 2);
  if (envoyGrpc === undefined || cluster === undefined || authority === undefined) return "name";
  const initialMetadata: Header[] = [];
  for (const { number, value } of service) {
    if (number !== INITIAL_METADATA || typeof value === "bigint") continue;
    const header = readProto(value);
    if (header === undefined) return "name";
    const [key, text, raw] = [1, 2, 3].map((field) => bytesField(header, field) ?? new Uint8Array());
    initialMetadata.push([fromBytes(key!).toLowerCase(), fromBytes(text!.length > 0 ? text! : raw!)]);
  }
  return {
    cluster,
    authority,
    initialMetadata,
    skipEnvoyHeaders: numberField(envoyGrpc, 5) !== 0,
    maxMessageBytes: numberField(readProto(bytesField(envoyGrpc, 4) ?? new Uint8Array()) ?? [], 1),
    retries: bytesField(envoyGrpc, 3) !== undefined || bytesField(service, RETRY_POLICY) !== undefined,
  };
}
