// `_rules_`: configurations for some routes, domains or services. Keys, order and precedence are Higress's.
// Source: wasm-go pkg/matcher/rule_matcher.go.
import { utf8 } from "../abi/literals";
import { getPseudo } from "../http/pseudo";
import { routeCluster, routeName } from "../http/route";
import { Kind, Text, firstIn, kindAt, nextIn, startText } from "../json/scan";

/** When a configuration applies. Raw memory; the lists are places in the configuration's text. */
// @ts-ignore: decorator
@unmanaged @final
export class Rule {
  next: usize;
  /** Pinned. */
  config: usize;
  /** 0 when there is none. */
  routes: usize;
  domains: usize;
  services: usize;
  prefixes: usize;

  /** Of several conditions, route and service both have to hold; otherwise the first of route, domain, service, prefix counts. */
  applies(end: usize): bool {
    if (this.routes && !some(this.routes, end, Match.Exact, route())) return false;
    if (this.routes) return !this.services || some(this.services, end, Match.Service, cluster());
    if (this.domains) return some(this.domains, end, Match.Domain, domain());
    if (this.services) return some(this.services, end, Match.Service, cluster());
    return some(this.prefixes, end, Match.Prefix, route());
  }
}

const enum Match {
  Exact,
  Prefix,
  /** A leading `*` stands for any beginning, a trailing one for any end. */
  Domain,
  /** `fqdn` or `fqdn:port` against `outbound|port|subset|fqdn`. */
  Service,
}

// What rules ask of a request costs host calls, so it is asked once and only when needed.
class asked {
  static route: string | null = null;
  static cluster: string | null = null;
  static domain: string | null = null;
}
/** Before the rules of another request. */
export function startMatching(): void {
  asked.route = null;
  asked.cluster = null;
  asked.domain = null;
}
// Strings have an operator of their own for `== null`, which a comparison of addresses does without.
function route(): string {
  if (!changetype<usize>(asked.route)) asked.route = routeName();
  return changetype<string>(asked.route);
}
function cluster(): string {
  if (!changetype<usize>(asked.cluster)) asked.cluster = routeCluster();
  return changetype<string>(asked.cluster);
}
function domain(): string {
  if (!changetype<usize>(asked.domain)) asked.domain = withoutPort(getPseudo(utf8(":authority")));
  return changetype<string>(asked.domain);
}
function withoutPort(authority: string): string {
  for (let i = authority.length - 1; i >= 0; i--) {
    const c = authority.charCodeAt(i);
    if (c == 93) break;
    if (c == 58) return authority.substring(0, i);
  }
  return authority;
}

/** The entries of a list, or a single text in its place. */
export function firstText(list: usize): usize {
  return kindAt(list) == Kind.Array ? firstIn(list) : list;
}
export function nextText(list: usize, item: usize, end: usize): usize {
  return kindAt(list) == Kind.Array ? nextIn(item, end) : 0;
}
function some(list: usize, end: usize, kind: Match, value: string): bool {
  for (let item = firstText(list); item; item = nextText(list, item, end))
    if (matches(startText(item), kind, value)) return true;
  return false;
}
function matches(pattern: Text, kind: Match, value: string): bool {
  let at = 0;
  let end = value.length;
  if (kind == Match.Service) {
    at = lastBar(value);
    if (at < 0) return false;
  }
  const length = pattern.length;
  if (!length && kind != Match.Domain) return false;
  for (let i = 0; i < length; i++) {
    const c = pattern.next();
    if (c == 42 && kind == Match.Domain) {
      if (i == length - 1 && i) return true;
      if (!i) {
        at = end - (length - 1);
        if (at < 0) return false;
        continue;
      }
    }
    if (at == end && c == 58 && kind == Match.Service) return samePort(pattern, length - i - 1, value);
    if (at >= end || c != value.charCodeAt(at++)) return false;
  }
  return at == end || kind == Match.Prefix;
}
/** Behind the third of exactly three bars; -1 when there are not three. */
function lastBar(cluster: string): i32 {
  let bars = 0;
  let last = -1;
  for (let i = 0; i < cluster.length; i++) {
    if (cluster.charCodeAt(i) != 124) continue;
    bars++;
    last = i + 1;
  }
  return bars == 3 ? last : -1;
}
/** The rest of a pattern against the port, which stands between the first two bars. */
function samePort(pattern: Text, length: i32, cluster: string): bool {
  let at = 0;
  while (cluster.charCodeAt(at++) != 124) {}
  for (; length > 0; length--) if (pattern.next() != cluster.charCodeAt(at++)) return false;
  return cluster.charCodeAt(at) == 124;
}
