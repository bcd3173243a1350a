// `_rules_`: configurations for some routes, domains or services. Keys, order and precedence are Higress's.
// Source: wasm-go pkg/matcher/rule_matcher.go.
import { freeHostBytes, hostLength, hostPointer } from "../abi/allocator";
import { MapType } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { findHeader } from "../host/headers";
import { findRouteCluster, findRouteName } from "../http/route";
import { Kind, firstIn, isEnd, kindAt, nextIn, skipSame, textAt } from "../json/condensed";
import { lengthOf } from "../abi/text";

/** A configuration, and what comes behind it: a ring of the rules of one root, in order, with the root at its end. Raw memory. */
// @ts-ignore: decorator
@unmanaged
export class Choice {
  next: usize;
  /** Pinned; 0 where there are only rules. */
  config: usize;
}
/** When a configuration applies. The lists are places in the configuration's text. */
// @ts-ignore: decorator
@unmanaged @final
export class Rule extends Choice {
  /** The route's names; 0 for any route. */
  routes: usize;
  /** What else has to hold; 0 for nothing. */
  list: usize;
  kind: Match;

  applies(): bool {
    return holds(this.routes, Match.Exact) && holds(this.list, this.kind);
  }
}

/** Half of it says what is asked for. */
export const enum Match {
  Exact = 2,
  Prefix = 3,
  /** A leading `*` stands for any beginning, a trailing one for any end. */
  Domain = 4,
  /** `fqdn` or `fqdn:port` against `outbound|port|subset|fqdn`. */
  Service = 6,
}

// What rules ask of a request stands in the host bytes: rules that ask for the same, one after another, cost one host call.
let asked: i32 = 0;
let value: usize = 0;
let end: usize = 0;
/** Of a service. */
let port: usize = 0;
let portEnd: usize = 0;

/** Behind the rules of a request. */
export function endMatching(): void {
  asked = 0;
  freeHostBytes();
}
function ask(kind: Match): void {
  if (asked == kind >> 1) return;
  asked = kind >> 1;
  if (kind == Match.Domain) findHeader(MapType.RequestHeaders, utf8(":authority"));
  else if (kind == Match.Service) findRouteCluster();
  else findRouteName();
  value = hostPointer();
  end = value + hostLength();
  if (kind < Match.Domain) return;
  // The port of an authority stands behind its last colon, unless that is one of an address in brackets. That of a service stands behind the
  // first of exactly three bars, and the name behind the last.
  let bars = 0;
  let last = value;
  for (let p = value; p < end;) {
    const c = load<u8>(p++);
    if (c == (kind == Match.Domain ? 58 : 124)) {
      if (++bars == 2) {
        port = last;
        portEnd = p - 1;
      }
      last = p;
    } else if (c == 93 && kind == Match.Domain) last = value;
  }
  if (kind == Match.Service) {
    // Nothing matches what begins behind its end.
    value = bars == 3 ? last : end + 1;
  } else if (last > value) end = last - 1;
}

/** The entries of a list, or a single text in its place. */
export function firstText(list: usize): usize {
  return kindAt(list) == Kind.List ? firstIn(list) : list;
}
export function nextText(list: usize, item: usize): usize {
  return item == list ? 0 : nextIn(item);
}
/** Whether one of the texts matches, or there is no list. */
function holds(list: usize, kind: Match): bool {
  if (!list) return true;
  ask(kind);
  for (let item = firstText(list); item; item = nextText(list, item))
    if (matches(item + 1, kind)) return true;
  return false;
}
function matches(pattern: usize, kind: Match): bool {
  let start = value;
  let p = pattern;
  if (kind == Match.Domain && load<u8>(p) == 42) {
    p++;
    kind = Match.Exact;
    const from = end - lengthOf(textAt(p));
    if (from > start) start = from;
  }
  let q = skipSame(p, start, end);
  let isWhole = q - p == end - start;
  if (kind == Match.Domain) {
    if (load<u8>(q) == 42) q++;
    isWhole |= load<u8>(q - 1) == 42;
  } else if (kind == Match.Service && isWhole && load<u8>(q) == 58) {
    p = q + 1;
    q = skipSame(p, port, portEnd);
    isWhole = q - p == portEnd - port;
  }
  return isEnd(q) & (q > pattern) & (isWhole | (kind == Match.Prefix));
}
