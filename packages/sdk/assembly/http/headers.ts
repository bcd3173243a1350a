import { LogLevel, MapType, Status } from "../abi/enums";
import { isFraming, isSingleValued } from "../abi/names";
import { MAX_PAIRS, addPair, startPairs } from "../abi/pairs";
import { Rule, allows, equalsIgnoringCase, headerName, headerValue } from "../abi/text";
import { addHeader, getHeader, getHeaderPairs, hasHeader, removeHeader, replaceHeader, setHeaderPairs } from "../host/headers";
import { logLine } from "../host/log";

/** Headers that can only be read: of a call's reply, or of a message that is on its way. Names are case-insensitive. */
// Its pointer is the map's number plus one: no object is made.
// @ts-ignore: decorator
@unmanaged
export class HeadersView {
  protected get map(): MapType {
    return <MapType>(changetype<usize>(this) - 1);
  }
  /** The first value; null when the header is absent, "" when it is there and empty. */
  get(name: string): string | null {
    return getHeader(this.map, headerName(name));
  }
  has(name: string): bool {
    return hasHeader(this.map, headerName(name));
  }
  /** Every value, in wire order. */
  getAll(name: string): string[] {
    const values: string[] = [];
    const pairs = getHeaderPairs(this.map);
    for (let i = 0; i < pairs.length; i++) if (isNamed(pairs[i], name)) values.push(pairs[i][1]);
    return values;
  }
  /** All `[name, value]` pairs in wire order, pseudo headers (`:path`, `:status`) first. Names are lower case. */
  entries(): string[][] {
    return getHeaderPairs(this.map);
  }
}

/**
 * Headers that can be changed, with the verbs of the web's Headers. A name that is not an RFC 9110 token and a value with control
 * characters are refused, as are the framing headers (connection, content-length, transfer-encoding): nothing is changed then, and one
 * log line says why. Pseudo headers are properties of the request and the response.
 */
// @ts-ignore: decorator
@unmanaged @final
export class Headers extends HeadersView {
  /** Replaces all values by one. */
  set(name: string, value: string): void {
    if (!mayChange(name) || !this.namesHeader(name)) return;
    const n = headerName(name);
    const v = n ? headerValue(value) : 0;
    this.report(n && v ? replaceHeader(this.map, n, v) : Status.BadArgument, name);
  }
  /** Keeps what is there and adds one more value. For headers of a single value (content-type, authorization, ...) use `set`. */
  append(name: string, value: string): void {
    if (!mayChange(name) || !this.namesHeader(name)) return;
    if (isSingleValued(name)) return refuse(name, "has one value: use set");
    const n = headerName(name);
    const v = n ? headerValue(value) : 0;
    this.report(n && v ? addHeader(this.map, n, v) : Status.BadArgument, name);
  }
  /** Removes all values; removing an absent header is no error. */
  delete(name: string): void {
    if (!mayChange(name) || !this.namesHeader(name)) return;
    const n = headerName(name);
    this.report(n ? removeHeader(this.map, n) : Status.BadArgument, name);
  }
  /**
   * Replaces all headers. Pseudo headers, framing headers, `host` and `x-forwarded-proto` (without which a gateway finds no route) stay
   * as they are unless x-forwarded-proto is given. Nothing is changed when a pair is invalid or there are more than 1024.
   */
  replaceAll(pairs: string[][]): void {
    const all: string[][] = [];
    const present = getHeaderPairs(this.map);
    let forwarded = false;
    let units = 0;
    for (let i = 0; i < pairs.length; i++) {
      if (pairs[i].length != 2 || !allows(pairs[i][0], Rule.Token) || !allows(pairs[i][1], Rule.FieldValue)) return refuse(pairs[i].length ? pairs[i][0] : "", "is not valid, so no header was replaced");
      if (isFraming(pairs[i][0]) || equalsIgnoringCase(pairs[i][0], "host")) continue;
      if (isNamed(pairs[i], "x-forwarded-proto")) forwarded = true;
      all.push(pairs[i]);
    }
    for (let i = present.length - 1; i >= 0; i--) {
      const name = present[i][0];
      if (name.startsWith(":") || isFraming(name) || (!forwarded && name == "x-forwarded-proto")) all.unshift(present[i]);
    }
    if (all.length > MAX_PAIRS) return refuse("replaceAll", "would make more than 1024 headers");
    for (let i = 0; i < all.length; i++) units += all[i][0].length + all[i][1].length;
    startPairs(all.length, units);
    for (let i = 0; i < all.length; i++) addPair(all[i][0], Rule.Any, all[i][1], Rule.Any);
    this.report(setHeaderPairs(this.map), "replaceAll");
  }
  // `host` is another name for `:authority` in requests.
  private namesHeader(name: string): bool {
    if (this.map != MapType.RequestHeaders || !equalsIgnoringCase(name, "host")) return true;
    refuse(name, "is request.host here");
    return false;
  }
  private report(status: Status, name: string): void {
    if (status != Status.Ok) refuse(name, "was not changed: its name or value is not valid, or the headers have already left");
  }
}

function isNamed(pair: string[], name: string): bool {
  return pair[0].length == name.length && equalsIgnoringCase(pair[0], name.toLowerCase());
}
function mayChange(name: string): bool {
  if (!isFraming(name)) return true;
  refuse(name, "is the gateway's own");
  return false;
}
export function refuse(name: string, why: string): void {
  logLine(LogLevel.Error, "header " + name + " " + why);
}
