import { putByte, putNumber, putString, putText, startText, takeText } from "../abi/compose";
import { utf8 } from "../abi/literals";
import { getPseudo } from "./pseudo";
import { routeCluster } from "./route";

/**
 * A service as the gateway knows it. `name` is the cluster's literal name, `host` the `:authority` of calls to it.
 * Names are Higress's: `outbound|<port>|<subset>|<fqdn>`; source: wasm-go pkg/wrapper/cluster_wrapper.go.
 */
export class Cluster {
  private constructor(
    private fixedName: string,
    private fixedHost: string,
  ) {}

  /** No cluster: every call fails with `Failure.UnknownCluster`. The value of a field before it is configured. */
  static get NONE(): Cluster {
    return new Cluster("", "-");
  }

  /** The cluster that the present request is routed to. `host` "": the request's own `:authority`. */
  static route(host: string = ""): Cluster {
    hasRoute = true;
    return new Cluster("*", host);
  }
  /** A cluster by its literal name, for gateways without Higress's naming. */
  static named(name: string, host: string = name): Cluster {
    return new Cluster(name, host);
  }
  /** A service by its full name with its type, such as `auth.dns`, `auth.static` (port 80, whatever the real one) or `auth.default.svc.cluster.local`. */
  static fqdn(fqdn: string, port: i32, host: string = fqdn): Cluster {
    return outbound(port, null, fqdn, host);
  }
  /** A service with fixed addresses. Its logical port is 80. */
  static staticIp(serviceName: string, port: i32 = 80, host: string = serviceName): Cluster {
    return outbound(port, null, serviceName + ".static", host);
  }
  /** A service behind a DNS name. */
  static dns(serviceName: string, domain: string, port: i32): Cluster {
    return outbound(port, null, serviceName + ".dns", domain);
  }
  /** A Kubernetes service. `version` is the subset. */
  static kubernetes(
    serviceName: string,
    port: i32,
    namespace_: string = "default",
    version: string = "",
    host: string = "",
  ): Cluster {
    const name = serviceName + "." + namespace_ + ".svc.cluster.local";
    return outbound(port, version, name, host.length ? host : name);
  }
  /** A Nacos service. Underscores in the group become dashes, as Higress writes them. */
  static nacos(
    serviceName: string,
    port: i32,
    namespaceId: string = "public",
    group: string = "DEFAULT-GROUP",
    isExternalRegistry: bool = false,
    version: string = "",
    host: string = serviceName,
  ): Cluster {
    const registry = isExternalRegistry ? ".nacos-ext" : ".nacos";
    return outbound(
      port,
      version,
      serviceName + "." + group.replaceAll("_", "-") + "." + namespaceId + registry,
      host,
    );
  }
  /** A Consul service. */
  static consul(serviceName: string, datacenter: string, port: i32, host: string = serviceName): Cluster {
    return outbound(port, null, serviceName + "." + datacenter + ".consul", host);
  }

  /** The cluster's name in the gateway. Of `route()`: that of the present request's cluster, "" where there is none. */
  get name(): string {
    return this.isRoute ? routeCluster() : this.fixedName;
  }
  /** The `:authority` of calls to it. */
  get host(): string {
    let host = this.fixedHost;
    if (this.isRoute && !host.length) host = getPseudo(utf8(":authority"));
    return host.length ? host : "-";
  }
  private get isRoute(): bool {
    return hasRoute && this.fixedName == "*";
  }
}
/** `|` */
const SEPARATOR: u32 = 124;
// Never set by a plugin without such a cluster, whose code goes then.
let hasRoute: bool = false;
function outbound(port: i32, subset: string | null, fqdn: string, host: string): Cluster {
  startText();
  putText(utf8("outbound|"));
  putNumber(port);
  putByte(SEPARATOR);
  if (subset != null) putString(subset);
  putByte(SEPARATOR);
  putString(fqdn);
  return Cluster.named(takeText(), host);
}
