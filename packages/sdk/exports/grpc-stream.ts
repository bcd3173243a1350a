// What a gateway may call of plugins with gRPC streams; the transform adds it where a source opens one.
import { cancelStreamsOf, noteInitialMetadata, noteTrailingMetadata } from "../assembly/grpc/open-streams";

export function proxy_on_grpc_receive_initial_metadata(root: u32, token: u32, count: u32): void {
  noteInitialMetadata(token);
}
export function proxy_on_grpc_receive_trailing_metadata(root: u32, token: u32, count: u32): void {
  noteTrailingMetadata(token);
}
/** A stream that a request has opened ends with it. */
export function proxy_on_delete(id: u32): void {
  cancelStreamsOf(id);
}
