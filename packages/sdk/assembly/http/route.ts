import { hostLength, hostPointer } from "../abi/allocator";
import { utf8 } from "../abi/literals";
import { Encoded, decode } from "../abi/text";
import { findProperty } from "../host/properties";

// Stock Envoy 1.40 knows `xds.route_name`, Higress and older Envoys `route_name`: whichever answered first is asked first.
const WITHOUT_XDS: Encoded = 4 - ((<u64>4) << 32);
let cut: Encoded = 0;

function find(name: Encoded): bool {
  const before = cut;
  do {
    if (findProperty(name + cut)) return true;
    cut = WITHOUT_XDS - cut;
  } while (cut != before);
  return false;
}
/** Whether the route has a name, which then stands in the host bytes. */
export function findRouteName(): bool {
  return find(utf8("xds\0route_name"));
}
/** The same for the cluster that the request is routed to. */
export function findRouteCluster(): bool {
  return find(utf8("xds\0cluster_name"));
}
function take(found: bool): string {
  return found ? decode(hostPointer(), hostLength()) : "";
}
/** The route's name; empty when it has none. */
export function routeName(): string {
  return take(findRouteName());
}
/** The cluster that the request is routed to; empty before a route is chosen. */
export function routeCluster(): string {
  return take(findRouteCluster());
}
