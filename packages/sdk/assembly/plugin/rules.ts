// `_rules_`: configurations for some routes, domains or services. Keys, order and precedence are Higress's.
// Source: wasm-go pkg/matcher/rule_matcher.go.
import { hostLength, hostPointer } from "../abi/allocator";
import { TEXT, cutText, putByte, putBytes, startText } from "../abi/compose";
import { MapType } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { lengthOf, pointerOf, same } from "../abi/text";
import { findHeader } from "../host/headers";
import { findRouteCluster, findRouteName } from "../http/route";
import { Kind, firstIn, kindAt, nextIn, textAt } from "../json/condensed";

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

// What rules ask of a request stands here: rules that ask for the same, one after another, cost one host call.
let asked: i32 = 0;
let value: usize = 0;
let length: usize = 0;

/** The first rule that applies, else the root. */
export function choose(root: Choice): Choice {
  let choice: Choice = root;
  do choice = changetype<Choice>(choice.next);
  while (choice != root && !applies(changetype<Rule>(choice)));
  asked = 0;
  return choice;
}
function applies(rule: Rule): bool {
  let list = rule.routes;
  let kind = Match.Exact;
  while (!list || holds(list, kind)) {
    if (kind != Match.Exact) return true;
    list = rule.list;
    kind = rule.kind;
  }
  return false;
}
function ask(kind: Match): void {
  if (asked == kind >> 1) return;
  asked = kind >> 1;
  if (kind == Match.Domain) findHeader(MapType.RequestHeaders, utf8(":authority"));
  else if (kind == Match.Service) findRouteCluster();
  else findRouteName();
  value = hostPointer();
  length = hostLength();
  if (kind < Match.Domain) return;
  // The port of an authority stands behind its last colon, unless that is one of an address in brackets. A service is `outbound|port|subset|name`.
  const end = value + length;
  let bars = 0;
  let port = value;
  let subset = value;
  let name = value;
  for (let p = value; p < end;) {
    const c = load<u8>(p++);
    if (c == (kind == Match.Domain ? 58 : 124)) {
      bars++;
      port = subset;
      subset = name;
      name = p;
    } else if (c == 93) name = value;
  }
  if (kind == Match.Service) {
    startText();
    if (bars == 3) {
      putBytes(name, end - name);
      putByte(58);
      putBytes(port, subset - port - 1);
    }
    value = TEXT;
    length = cutText();
  } else if (name > value) length = name - value - 1;
}

/** The first of a list, or a single text in its place. */
export function firstText(list: usize): usize {
  return kindAt(list) == Kind.List ? firstIn(list) : list;
}
/** Whether one of the texts matches. */
function holds(list: usize, kind: Match): bool {
  ask(kind);
  const end = nextIn(list);
  for (let item = firstText(list); item < end; item = nextIn(item)) if (matches(item, kind)) return true;
  return false;
}
function matches(item: usize, kind: Match): bool {
  const pattern = textAt(item);
  let p = pointerOf(pattern);
  let n = lengthOf(pattern);
  if (!n) return false;
  let from = value;
  if (kind == Match.Domain) {
    const rest = n - 1;
    const isEnd = load<u8>(p) == 42;
    if (isEnd | (load<u8>(p + rest) == 42)) {
      kind = Match.Prefix;
      n = rest;
      if (isEnd) {
        p++;
        from += length - n;
      }
    }
  }
  const fits = (n == length) | (kind == Match.Prefix) | ((kind == Match.Service) & (load<u8>(n, TEXT) == 58));
  return (n <= length) & fits && same(p, from, n);
}
