import { createInProcessGrpc, type GrpcMethod } from "../services/grpc/in-process.ts";
import type { Header, UpstreamSource } from "../services/upstream/upstream.ts";

/** A call that a fake gRPC service has received. */
export interface RecordedGrpcCall {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** The request's headers, initial metadata among them. */
  readonly headers: Header[];
  /** Messages that the method has taken, so far. */
  readonly messages: Uint8Array[];
}

/** A gRPC service in this process that remembers what it was asked. */
export interface FakeGrpcService {
  readonly connect: UpstreamSource;
  /** In order of arrival. */
  readonly calls: RecordedGrpcCall[];
}

/**
 * Makes a fake gRPC service for `clusters`.
 *
 * @param methods by path, `/package.Service/Method`; any other path answers status 12, as real services do
 */
export function grpcService(methods: Record<string, GrpcMethod>): FakeGrpcService {
  const calls: RecordedGrpcCall[] = [];
  const recorded = (method: GrpcMethod): GrpcMethod => {
    return (call) => {
      const messages: Uint8Array[] = [];
      calls.push({ path: call.path, headers: call.headers, messages });
      return method({
        path: call.path,
        headers: call.headers,
        initialMetadata: call.initialMetadata,
        trailingMetadata: call.trailingMetadata,
        clock: call.clock,
        async receive() {
          const message = await call.receive();
          if (message !== undefined) messages.push(message);
          return message;
        },
      });
    };
  };
  const find = (path: string) => (Object.hasOwn(methods, path) ? recorded(methods[path]!) : undefined);
  return { connect: (clock) => createInProcessGrpc(find, clock), calls };
}
