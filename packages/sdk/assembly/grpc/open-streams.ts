// What the gateway says of gRPC streams, and of requests that may have some.
import { BufferType, MapType } from "../abi/enums";
import { Bytes } from "../bytes/bytes";
import { readBuffer } from "../host/buffers";
import { getHeaderPairs } from "../host/headers";
import { forgetStream, running } from "../stream/stream";
import { BUCKETS } from "../stream/table";
import { GrpcExchange, OPEN, bound } from "./exchange";

/** False: the token is no stream's. */
export function receiveOnStream(token: u32): bool {
  const stream = OPEN.get(token);
  if (!stream) return false;
  const buffer = readBuffer(BufferType.GrpcReceiveBuffer);
  changetype<GrpcExchange>(stream).receive(Bytes.wrap(buffer));
  return true;
}
export function closeStream(token: u32, status: u32): bool {
  const stream = OPEN.get(token);
  if (stream) changetype<GrpcExchange>(stream).close(status);
  return stream != 0;
}
/** These come before the messages and before the end; they are kept until then. */
export function noteInitialMetadata(token: u32): void {
  const stream = OPEN.get(token);
  if (stream) changetype<GrpcExchange>(stream).initialPairs = getHeaderPairs(MapType.GrpcInitialMetadata);
}
export function noteTrailingMetadata(token: u32): void {
  const stream = OPEN.get(token);
  if (stream) changetype<GrpcExchange>(stream).trailingPairs = getHeaderPairs(MapType.GrpcTrailingMetadata);
}
/** A request is over. */
export function cancelStreamsOf(id: u32): void {
  if (!bound || running.id == id) return;
  for (let token: u32 = 0; token < BUCKETS; token++) {
    let stream = OPEN.first(token);
    while (stream) {
      const next = OPEN.after(stream);
      if (changetype<GrpcExchange>(stream).isOf(id)) changetype<GrpcExchange>(stream).abandon();
      stream = next;
    }
  }
  forgetStream(id);
}
