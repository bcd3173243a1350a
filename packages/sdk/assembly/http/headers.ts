import { LogLevel, MapType, Status } from "../abi/enums";
import {
  appendableName,
  changeableName,
  deletableName,
  headerName,
  headerValue,
  utf8,
} from "../abi/literals";
import { isReservedText } from "../abi/names";
import { addPair, pairsLength, startPairs } from "../abi/pairs";
import { Rule, allows, equalsIgnoringCase, release, sizeBound } from "../abi/text";
import {
  addHeader,
  getHeader,
  getHeaderPairs,
  hasHeader,
  removeHeader,
  replaceHeader,
  setHeaderPairs,
} from "../host/headers";
import { digits, putString, putText } from "../abi/compose";
import { endLine, startLine } from "../host/log";

/** Headers that can only be read: of a call's reply, or of a message that is on its way. Names are case-insensitive. */
// Its pointer is the map's number plus one: no object is made.
// @ts-ignore: decorator
@unmanaged
export class HeadersView {
  // @ts-ignore: decorator
  @inline protected get map(): MapType {
    return <MapType>(changetype<usize>(this) - 1);
  }
  /** The first value; null when the header is absent, "" when it is there and empty. */
  // @ts-ignore: decorator
  @inline get(name: string): string | null {
    return getHeader(this.map, headerName(name));
  }
  /** Whether there is a header of this name, whatever its case; an empty one counts. */
  // @ts-ignore: decorator
  @inline has(name: string): bool {
    return hasHeader(this.map, headerName(name));
  }
  /** Every value, in wire order. */
  getAll(name: string): string[] {
    const values: string[] = [];
    const pairs = getHeaderPairs(this.map);
    for (let i = 0; i < pairs.length; i++)
      if (equalsIgnoringCase(name, pairs[i][0])) values.push(pairs[i][1]);
    return values;
  }
  /** All `[name, value]` pairs in wire order, pseudo headers (`:path`, `:status`) first. Names are lower case. */
  entries(): string[][] {
    return getHeaderPairs(this.map);
  }
}

/**
 * Headers that can be changed, with the verbs of the web's Headers. Each answers whether it has changed them: false when they have already
 * left, or when the SDK refused, and then one log line says so: a name that is not an RFC 9110 token, a value with control characters,
 * and the names that are the gateway's own business (connection, content-length, transfer-encoding, host). Pseudo headers are
 * properties of the request and the response.
 */
// @ts-ignore: decorator
@unmanaged @final
export class Headers extends HeadersView {
  /** Replaces all values by one. */
  // @ts-ignore: decorator
  @inline set(name: string, value: string): bool {
    const n = changeableName(name);
    const v = headerValue(value);
    return n && v ? replaceHeader(this.map, n, v) == Status.Ok : refuse(name);
  }
  /** Keeps what is there and adds one more value. Refused for headers of a single value (content-type, authorization ...): use `set`. */
  // @ts-ignore: decorator
  @inline append(name: string, value: string): bool {
    const n = appendableName(name);
    const v = headerValue(value);
    return n && v ? addHeader(this.map, n, v) == Status.Ok : refuse(name);
  }
  /** `set` with a whole number in digits. */
  // @ts-ignore: decorator
  @inline setNumber(name: string, value: i64): bool {
    const n = changeableName(name);
    return n ? replaceHeader(this.map, n, digits(value)) == Status.Ok : refuse(name);
  }
  /** `append` with a whole number in digits. */
  // @ts-ignore: decorator
  @inline appendNumber(name: string, value: i64): bool {
    const n = appendableName(name);
    return n ? addHeader(this.map, n, digits(value)) == Status.Ok : refuse(name);
  }
  /** Removes all values; removing an absent header is no error. Refused for x-forwarded-proto, without which gateways find no route. */
  // @ts-ignore: decorator
  @inline delete(name: string): bool {
    const n = deletableName(name);
    return n ? removeHeader(this.map, n) == Status.Ok : refuse(name);
  }
  /**
   * Replaces all headers. Pseudo headers and the gateway's own stay as they are, and so does `x-forwarded-proto`, without which a gateway
   * finds no route, unless it is given. Nothing is changed when a pair is invalid or there would be more than 1024, or 1 MiB of them.
   */
  replaceAll(pairs: string[][]): bool {
    const present = getHeaderPairs(this.map);
    let forwarded = false;
    let count = 0;
    let size: usize = 0;
    for (let i = 0; i < pairs.length; i++) {
      const pair = pairs[i];
      if (pair.length != 2 || !allows(pair[0], Rule.Token) || !allows(pair[1], Rule.FieldValue))
        return refuse(pair.length ? pair[0] : "");
      if (isReservedText(pair[0])) continue;
      if (equalsIgnoringCase(pair[0], "x-forwarded-proto")) forwarded = true;
      size += sizeBound(pair[0]) + sizeBound(pair[1]);
      count++;
    }
    for (let i = 0; i < present.length; i++) {
      if (!stays(present[i][0], forwarded)) continue;
      size += sizeBound(present[i][0]) + sizeBound(present[i][1]);
      count++;
    }
    startPairs(count, size);
    for (let i = 0; i < present.length; i++)
      if (stays(present[i][0], forwarded)) addPair(present[i], Rule.Any);
    for (let i = 0; i < pairs.length; i++) if (!isReservedText(pairs[i][0])) addPair(pairs[i], Rule.Any);
    return pairsLength() ? setHeaderPairs(this.map) == Status.Ok : refuse("replaceAll");
  }
}
function stays(name: string, forwarded: bool): bool {
  return name.startsWith(":") || isReservedText(name) || (!forwarded && name == "x-forwarded-proto");
}

/** Says that a header was not changed. */
export function refuse(name: string): bool {
  startLine();
  putText(utf8("refused to change header "));
  putString(name);
  endLine(LogLevel.Error);
  release();
  return false;
}
