// `_rules_`: configurations for some routes, domains or services. Keys, order and precedence are Higress's.
// Source: wasm-go pkg/matcher/rule_matcher.go.
import { MapType } from "../abi/enums";
import { utf8 } from "../abi/text";
import { ConfigReader } from "../config/reader";
import { getHeader } from "../host/headers";
import { routeCluster, routeName } from "../http/route";

const enum Category {
  RouteAndService,
  Route,
  Domain,
  Service,
  RoutePrefix,
}

/** One rule: when it applies, and its configuration (pinned by its owner). */
export class Rule {
  private category: Category = Category.Route;
  private names: string[];
  private services: string[];

  constructor(
    reader: ConfigReader,
    readonly config: usize,
  ) {
    const routes = reader.strings("_match_route_");
    const domains = reader.strings("_match_domain_");
    const prefixes = reader.strings("_match_route_prefix_");
    this.services = reader.strings("_match_service_");
    this.names = routes;
    if (routes.length) this.category = this.services.length ? Category.RouteAndService : Category.Route;
    else if (domains.length) {
      this.category = Category.Domain;
      this.names = domains;
    } else if (this.services.length) this.category = Category.Service;
    else if (prefixes.length) {
      this.category = Category.RoutePrefix;
      this.names = prefixes;
    } else reader.fail("", "has none of _match_route_, _match_domain_, _match_service_, _match_route_prefix_");
  }

  matches(request: RuleRequest): bool {
    switch (this.category) {
      case Category.RouteAndService: return this.names.includes(request.route) && this.matchesService(request.cluster);
      case Category.Route: return this.names.includes(request.route);
      case Category.Domain: return this.matchesDomain(request.domain);
      case Category.Service: return this.matchesService(request.cluster);
      default: return this.matchesPrefix(request.route);
    }
  }
  private matchesPrefix(route: string): bool {
    for (let i = 0; i < this.names.length; i++) if (this.names[i].length && route.startsWith(this.names[i])) return true;
    return false;
  }
  /** A leading `*` is a suffix match on the rest, a trailing one a prefix match. */
  private matchesDomain(domain: string): bool {
    for (let i = 0; i < this.names.length; i++) {
      const pattern = this.names[i];
      if (pattern.startsWith("*") ? domain.endsWith(pattern.substring(1)) : pattern.endsWith("*") ? domain.startsWith(pattern.substring(0, pattern.length - 1)) : domain == pattern) return true;
    }
    return false;
  }
  /** `fqdn` or `fqdn:port` against `outbound|port|subset|fqdn`. */
  private matchesService(cluster: string): bool {
    const parts = cluster.split("|");
    if (parts.length != 4) return false;
    for (let i = 0; i < this.services.length; i++) {
      const service = this.services[i];
      if (service.length && (service == parts[3] || service == parts[3] + ":" + parts[1])) return true;
    }
    return false;
  }
}

/** What rules ask of a request; each answer costs a host call, so it is asked for once and only when needed. */
export class RuleRequest {
  private knownRoute: string | null = null;
  private knownCluster: string | null = null;
  private knownDomain: string | null = null;

  get route(): string {
    let value = this.knownRoute;
    if (value == null) this.knownRoute = value = routeName();
    return value as string;
  }
  get cluster(): string {
    let value = this.knownCluster;
    if (value == null) this.knownCluster = value = routeCluster();
    return value as string;
  }
  /** `:authority` without its port. */
  get domain(): string {
    let value = this.knownDomain;
    if (value == null) this.knownDomain = value = withoutPort(getHeader(MapType.RequestHeaders, utf8(":authority")) || "");
    return value as string;
  }
}
function withoutPort(authority: string): string {
  const colon = authority.lastIndexOf(":");
  return colon < 0 || authority.indexOf("]", colon) >= 0 ? authority : authority.substring(0, colon);
}
