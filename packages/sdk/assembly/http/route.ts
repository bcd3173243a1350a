import { getPropertyText } from "../host/properties";

// Stock Envoy 1.40 knows `xds.route_name`, Higress and older Envoys `route_name`: whichever answered first is asked first.
let newNames: bool = true;

function routeProperty(name: string): string {
  let value = getPropertyText(newNames ? "xds." + name : name);
  if (value == null) {
    value = getPropertyText(newNames ? name : "xds." + name);
    if (value != null) newNames = !newNames;
  }
  return value || "";
}
/** The route's name; empty when it has none. */
export function routeName(): string {
  return routeProperty("route_name");
}
/** The cluster that the request is routed to; empty before a route is chosen. */
export function routeCluster(): string {
  return routeProperty("cluster_name");
}
