// `_rules_`: configurations for some routes, domains or services. Keys, order and precedence are Higress's.
// Source: wasm-go pkg/matcher/rule_matcher.go.
import { freeHostBytes, hostLength, hostPointer } from "../abi/allocator";
import { MapType } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { giveBack, lengthOf, pointerOf, same } from "../abi/text";
import { findHeader } from "../host/headers";
import { findRouteCluster, findRouteName } from "../http/route";
import { Kind, firstIn, kindAt, nextIn, textBytes } from "../json/scan";

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
  applies(): bool {
    const routes = this.routes;
    let list = this.services;
    if (routes) {
      const applies = some(routes, Match.Exact);
      if (!applies || !list) return applies;
    }
    let kind = Match.Service;
    if (!routes && this.domains) {
      list = this.domains;
      kind = Match.Domain;
    } else if (!list) {
      list = this.prefixes;
      kind = Match.Prefix;
    }
    return some(list, kind);
  }
}

const enum Match {
  None,
  Exact,
  Prefix,
  /** A leading `*` stands for any beginning, a trailing one for any end. */
  Domain,
  /** `fqdn` or `fqdn:port` against `outbound|port|subset|fqdn`. */
  Service,
}

// What rules ask of a request stands in the host bytes: rules that ask for the same, one after another, cost one host call.
let asked: Match = Match.None;
let value: usize = 0;
let valueLength: usize = 0;

/** Before the rules of another request. */
export function startMatching(): void {
  asked = Match.None;
}
export function endMatching(): void {
  freeHostBytes();
}
function ask(kind: Match): void {
  if (kind == Match.Prefix) kind = Match.Exact;
  if (asked == kind) return;
  freeHostBytes();
  asked = kind;
  const found =
    kind == Match.Domain
      ? findHeader(MapType.RequestHeaders, utf8(":authority"))
      : kind == Match.Service
        ? findRouteCluster()
        : findRouteName();
  value = hostPointer();
  valueLength = found ? hostLength() : 0;
  if (kind == Match.Domain) valueLength = withoutPort(value, valueLength);
}
/** The length of an authority up to its port. */
function withoutPort(p: usize, length: usize): usize {
  for (let i = length; i-- > 0;) {
    const c = load<u8>(p + i);
    if (c == 93) break;
    if (c == 58) return i;
  }
  return length;
}

/** The entries of a list, or a single text in its place. */
export function firstText(list: usize): usize {
  return kindAt(list) == Kind.Array ? firstIn(list) : list;
}
export function nextText(list: usize, item: usize): usize {
  return kindAt(list) == Kind.Array ? nextIn(item) : 0;
}
function some(list: usize, kind: Match): bool {
  if (!list) return false;
  ask(kind);
  for (let item = firstText(list); item; item = nextText(list, item)) {
    const pattern = textBytes(item);
    giveBack(pattern);
    const length = lengthOf(pattern);
    if (length && matches(pointerOf(pattern), length, kind)) return true;
  }
  return false;
}
function matches(pattern: usize, length: usize, kind: Match): bool {
  let start = value;
  let rest = valueLength;
  if (kind == Match.Service) return matchesService(pattern, length);
  if (kind == Match.Domain) {
    if (load<u8>(pattern) == 42) {
      pattern++;
      length--;
      if (length > rest) return false;
      start += rest - length;
      rest = length;
    } else if (load<u8>(pattern + length - 1) == 42) {
      length--;
      kind = Match.Prefix;
    }
  }
  if (kind == Match.Prefix) rest = min(rest, length);
  return length == rest && same(pattern, start, length);
}
function matchesService(pattern: usize, length: usize): bool {
  // The port stands behind the first of exactly three bars, the name behind the last.
  let bars = 0;
  let port: usize = 0;
  let portLength: usize = 0;
  let name = value;
  const end = value + valueLength;
  for (let p = value; p < end;) {
    if (load<u8>(p++) != 124) continue;
    if (++bars == 2) {
      port = name;
      portLength = p - 1 - port;
    }
    name = p;
  }
  const nameLength = end - name;
  if (bars != 3 || length < nameLength || !same(pattern, name, nameLength)) return false;
  pattern += nameLength;
  length -= nameLength;
  return !length || (load<u8>(pattern) == 58 && --length == portLength && same(pattern + 1, port, length));
}
