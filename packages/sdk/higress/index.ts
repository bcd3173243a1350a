// What only Higress offers. A module that calls one of these loads nowhere else.
import { OUT, clearOut, hostLength, hostPointer } from "../assembly/abi/allocator";
import { Status } from "../assembly/abi/enums";
import {
  proxy_get_upstream_hosts,
  proxy_inject_encoded_data_to_filter_chain,
  proxy_set_upstream_override_host,
} from "../assembly/abi/imports-higress";
import { decodePairs } from "../assembly/abi/pairs";
import { encodeText, lengthOf, pointerOf, release } from "../assembly/abi/text";
import { bytesOf } from "../assembly/bytes/data";
import { Mark, running } from "../assembly/stream/stream";

/** The hosts of the cluster that the request is routed to: `[address with port, metrics in Prometheus's format or ""]`. Empty outside of a request. */
export function upstreamHosts(): string[][] {
  clearOut();
  if (proxy_get_upstream_hosts(OUT, OUT + 4) != Status.Ok) return [];
  return decodePairs(hostPointer(), hostLength());
}
/** Sends this request to one of its cluster's hosts, `10.0.0.1:80`; in the request's header phase. */
export function overrideUpstreamHost(address: string): bool {
  const text = encodeText(address);
  const status = proxy_set_upstream_override_host(pointerOf(text), lengthOf(text));
  release();
  return status == Status.Ok;
}
/**
 * From now on what `rewriteResponseChunks` returns goes nowhere: the plugin sends this response's body by itself with `injectResponseBody`, from that handler or from the callback of
 * a call that was sent there (`const sent = call.send(ctx, ...)`), and has to end it with `last`, or the client waits until the gateway's idle timeout. In a response handler.
 */
export function pauseResponseBody(): void {
  running.pauses = true;
  running.marks |= Mark.ResponsePaused;
}
/** Puts bytes (or a text) into the response's body, behind what has left so far; `last` ends it. For answers that a plugin streams by itself. */
export function injectResponseBody<T>(data: T, last: bool = false): bool {
  const bytes = bytesOf(data);
  return proxy_inject_encoded_data_to_filter_chain(bytes.pointer, bytes.length, <u32>last) == Status.Ok;
}
