import type { HostFunction } from "../vm/host-function.ts";
import { encodePairs } from "../vm/pairs.ts";
import { Status } from "../vm/status.ts";

/** Higress only: a module that imports them does not load on stock Envoy. */
export const higressFunctions: Record<string, HostFunction> = {
  /**
   * Data of the plugin's own to the filters behind it and the client, after the response headers if those are still held;
   * `end_stream` ends the response. Meant for body callbacks that return StopIterationNoBuffer. Always 0.
   */
  proxy_inject_encoded_data_to_filter_chain: {
    signature: "i32 i32 i32 -> i32",
    run(vm, data: number, size: number, endStream: number) {
      vm.context?.stream?.injectResponseData(vm.memory.read(data, size), endStream !== 0);
      return Status.Ok;
    },
  },
  /** The hosts of the route's cluster as pairs of address and JSON: `{"health_status":"Healthy","metrics":""}`. */
  proxy_get_upstream_hosts: {
    signature: "i32 i32 -> i32",
    run(vm, pointerSlot: number, sizeSlot: number) {
      const hosts = vm.context?.stream?.upstreamHosts() ?? [];
      const described = JSON.stringify({ health_status: "Healthy", metrics: "" });
      const pairs = hosts.map((address): [string, string] => [address, described]);
      vm.memory.give(pairs.length === 0 ? new Uint8Array() : encodePairs(pairs), pointerSlot, sizeSlot);
      return Status.Ok;
    },
  },
  /** The host that the request is to go to, while it has not left; one that its cluster does not have is ignored. Always 0. */
  proxy_set_upstream_override_host: {
    signature: "i32 i32 -> i32",
    run(vm, address: number, size: number) {
      vm.context?.stream?.overrideUpstreamHost(vm.memory.readText(address, size));
      return Status.Ok;
    },
  },
};
