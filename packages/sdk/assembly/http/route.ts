import { utf8 } from "../abi/literals";
import { Encoded } from "../abi/text";
import { getPropertyText } from "../host/properties";

// Stock Envoy 1.40 knows `xds.route_name`, Higress and older Envoys `route_name`: whichever answered first is asked first.
let newNames: bool = true;

function routeProperty(name: Encoded, oldName: Encoded): string {
  let value = getPropertyText(newNames ? name : oldName);
  if (!changetype<usize>(value)) {
    value = getPropertyText(newNames ? oldName : name);
    if (changetype<usize>(value)) newNames = !newNames;
  }
  return value || "";
}
/** The route's name; empty when it has none. */
export function routeName(): string {
  return routeProperty(utf8("xds\0route_name"), utf8("route_name"));
}
/** The cluster that the request is routed to; empty before a route is chosen. */
export function routeCluster(): string {
  return routeProperty(utf8("xds\0cluster_name"), utf8("cluster_name"));
}
