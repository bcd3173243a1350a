import { changeableName, utf8 } from "../abi/literals";
import { Encoded, encodeText, equals, giveBack, lengthOf, pointerOf, same } from "../abi/text";
import { putNumber, putText } from "../abi/compose";
import { HttpClient } from "../http/client";
import { Cluster } from "../http/cluster";
import { Kind, firstIn, isText, kindAt, member, nextIn, takeText, textAt } from "../json/condensed";
import { RedisClient } from "../redis/commands";
import { Options } from "../stream/options";
import { NumberRange, leastNumber, mostNumber, readNumber } from "./number";
import { EMPTY, Part, document, find, partOf, startOf } from "./part";
import { endProblem, missing, refuse, startProblem, warn } from "./problem";

/** Both ends count. */
export class IntegerRange {
  /** The least that is accepted. */
  min: i32 = i32.MIN_VALUE;
  /** The most that is accepted. */
  max: i32 = i32.MAX_VALUE;
}

/**
 * One object of the plugin's JSON configuration. Reading never stops: the first problem is logged with its JSON path, and the gateway then
 * refuses the configuration. What a method with `require` in its name reads must be there, everything else may be missing or null.
 *
 * Lenient where that cannot mislead: "true", "false", 1 and 0 are booleans, "60" is a number, 123 is a string. Anything else of another
 * type is an error. A key that has not been read gets a warning, except those with a leading underscore, which are the gateway's. Valid until the configuration has been read.
 */
// Keys are literals nearly always, so every method is two: one that encodes the key, in the author's code, and one that works.
// @ts-ignore: decorator
@unmanaged @final
export class ConfigReader extends Part {
  /** Refuses the configuration because of this key, unless something else already has. `key` "" is the object itself. */
  // @ts-ignore: decorator
  @inline fail(key: string, message: string): void {
    refuse(this, utf8(key), -1, utf8(message));
  }
  /** Whether nothing was wrong so far. */
  get isValid(): bool {
    return !document.failed;
  }
  /** Whether a key is there and not null. */
  // @ts-ignore: decorator
  @inline has(key: string): bool {
    return find(this, utf8(key)) != 0;
  }

  /** Must be there and not empty. */
  // @ts-ignore: decorator
  @inline requireString(key: string): string {
    return requireString(this, utf8(key));
  }
  /** The name of a header that the plugin sets: legal, and not one of those that no plugin may change (see `Headers`). Must be there. */
  // @ts-ignore: decorator
  @inline requireHeaderName(key: string): string {
    return requireHeaderName(this, utf8(key));
  }
  /** `otherwise` when it is missing or null; a number is taken as it is written. May be empty. */
  // @ts-ignore: decorator
  @inline string(key: string, otherwise: string = ""): string {
    return readString(this, utf8(key), otherwise);
  }
  /** A whole number of 32 bits, within the range; must be there. */
  // @ts-ignore: decorator
  @inline requireInteger(key: string, range: Options<IntegerRange> | null = null): i32 {
    return readInteger(this, utf8(key), 0, leastOf(range), mostOf(range), true);
  }
  /** A whole number of 32 bits. */
  // @ts-ignore: decorator
  @inline integer(key: string, otherwise: i32 = 0, range: Options<IntegerRange> | null = null): i32 {
    return readInteger(this, utf8(key), otherwise, leastOf(range), mostOf(range), false);
  }
  /** The double nearest to a number, fraction and exponent included, within the range; must be there. One that is too large for a double is refused. */
  // @ts-ignore: decorator
  @inline requireNumber(key: string, range: Options<NumberRange> | null = null): f64 {
    return readNumber(this, utf8(key), 0, leastNumber(range), mostNumber(range), true);
  }
  /** The same; `otherwise`, which need not be in the range, when it is missing or null. */
  // @ts-ignore: decorator
  @inline number(key: string, otherwise: f64 = 0, range: Options<NumberRange> | null = null): f64 {
    return readNumber(this, utf8(key), otherwise, leastNumber(range), mostNumber(range), false);
  }
  // What the transform makes of a range that is written out, so that there is no object of it.
  // @ts-ignore: decorator
  @inline private requireIntegerBetween(key: string, min: i64, max: i64): i32 {
    return readInteger(this, utf8(key), 0, min, max, true);
  }
  // @ts-ignore: decorator
  @inline private integerBetween(key: string, otherwise: i32, min: i64, max: i64): i32 {
    return readInteger(this, utf8(key), otherwise, min, max, false);
  }
  // @ts-ignore: decorator
  @inline private requireNumberBetween(key: string, min: f64, max: f64): f64 {
    return readNumber(this, utf8(key), 0, min, max, true);
  }
  // @ts-ignore: decorator
  @inline private numberBetween(key: string, otherwise: f64, min: f64, max: f64): f64 {
    return readNumber(this, utf8(key), otherwise, min, max, false);
  }
  /** `otherwise` when it is missing or null. `"true"`, `"false"`, 1, 0, `"1"` and `"0"` count. */
  // @ts-ignore: decorator
  @inline bool(key: string, otherwise: bool = false): bool {
    return readBool(this, utf8(key), otherwise);
  }
  /** A list of strings; empty when missing. A single string is a list of one. */
  // @ts-ignore: decorator
  @inline strings(key: string): string[] {
    return readStrings(this, utf8(key));
  }
  /** Objects of a list, in order; empty when missing. */
  // @ts-ignore: decorator
  @inline objects(key: string): ConfigReader[] {
    return readObjects(this, utf8(key));
  }
  /** An object; an empty one when missing, so that its own required keys are what is reported. */
  // @ts-ignore: decorator
  @inline object(key: string): ConfigReader {
    return readObject(this, utf8(key));
  }

  /**
   * `serviceName` (with its type: `auth.dns`, `auth.static`), `servicePort` (0 or missing: 80 for `.static`, else `defaultPort`) and
   * `serviceHost` (the `:authority`; default: the name). A service that cannot exist is warned of; its calls fail with `UnknownCluster`.
   */
  service(defaultPort: i32 = 0): Cluster {
    const name = this.string("serviceName");
    let port = readInteger(this, utf8("servicePort"), 0, 0, 65535, false);
    if (!port) port = isStatic(name) ? 80 : defaultPort;
    if (this.isValid && (!name.length || !port))
      warn(this, name.length ? utf8("servicePort") : utf8("serviceName"), utf8("missing, so calls fail"));
    const host = this.string("serviceHost");
    return Cluster.fqdn(name, port, host.length ? host : name);
  }
  /** A client of `service()`. */
  httpService(): HttpClient {
    return new HttpClient(this.service());
  }
  /**
   * A client of `service(6379)` with `username`, `password`, `timeout` (milliseconds; 0 or missing: 1000) and `database` (0). The gateway
   * makes the connection at the first command.
   */
  redisService(): RedisClient {
    const client = new RedisClient(this.service(6379));
    client.username = this.string("username");
    client.password = this.string("password");
    client.timeout = readInteger(this, utf8("timeout"), 0, 0, i32.MAX_VALUE, false) || 1000;
    client.database = readInteger(this, utf8("database"), 0, 0, i32.MAX_VALUE, false);
    if (this.isValid) client.open();
    return client;
  }
}

function readString(from: ConfigReader, key: Encoded, otherwise: string): string {
  const p = find(from, key);
  if (isText(p)) return takeText(p);
  if (p) refuse(from, key, -1, utf8("must be a string"));
  return otherwise;
}
function requireString(from: ConfigReader, key: Encoded): string {
  const value = readString(from, key, "");
  if (!value.length) missing(from, key);
  return value;
}
function requireHeaderName(from: ConfigReader, key: Encoded): string {
  const name = requireString(from, key);
  if (!changeableName(name)) refuse(from, key, -1, utf8("must be a header that a plugin may change"));
  return name;
}
// @ts-ignore: decorator
@inline function leastOf(range: IntegerRange | null): i64 {
  return range ? range.min : i32.MIN_VALUE;
}
// @ts-ignore: decorator
@inline function mostOf(range: IntegerRange | null): i64 {
  return range ? range.max : i32.MAX_VALUE;
}
function readInteger(
  from: ConfigReader,
  key: Encoded,
  otherwise: i32,
  min: i64,
  max: i64,
  required: bool,
): i32 {
  const found = find(from, key);
  if (!found) {
    if (required) missing(from, key);
    return otherwise;
  }
  let p = firstIn(found);
  const isNegative = load<u8>(p) == 45;
  p += usize(isNegative);
  const start = p;
  let n: i64 = 0;
  for (let digit: u32; (digit = <u32>load<u8>(p) - 48) < 10; p++) n = n * 10 + digit;
  if (isNegative) n = -n;
  // One digit to 18.
  if ((p == nextIn(found)) & (p - start - 1 < 18) & (n >= min) & (n <= max)) return <i32>n;
  startProblem(from, key, -1);
  putText(utf8("must be a whole number from "));
  putNumber(min);
  putText(utf8(" to "));
  putNumber(max);
  endProblem();
  return otherwise;
}
function readBool(from: ConfigReader, key: Encoded, otherwise: bool): bool {
  const value = find(from, key);
  if (!value) return otherwise;
  const text = textAt(value);
  const isTrue = equals(text, utf8("true")) | equals(text, utf8("1"));
  if (!(isTrue | equals(text, utf8("false")) | equals(text, utf8("0"))))
    refuse(from, key, -1, utf8("must be true or false"));
  return isTrue;
}
function readStrings(from: ConfigReader, key: Encoded): string[] {
  const values: string[] = [];
  const p = find(from, key);
  if (kindAt(p) == Kind.String) values.push(takeText(p));
  else if (kindAt(p) == Kind.List) {
    let index = 0;
    for (let item = firstIn(p); item < nextIn(p); item = nextIn(item), index++) {
      if (kindAt(item) == Kind.String) values.push(takeText(item));
      else refuse(from, key, index, utf8("must be a string"));
    }
  } else if (p) refuse(from, key, -1, utf8("must be a list of strings"));
  return values;
}
function readObjects(from: ConfigReader, key: Encoded): ConfigReader[] {
  const readers: ConfigReader[] = [];
  const p = find(from, key);
  if (kindAt(p) == Kind.List) {
    let index = 0;
    for (let item = firstIn(p); item < nextIn(p); item = nextIn(item), index++) {
      if (kindAt(item) == Kind.Object) readers.push(changetype<ConfigReader>(partOf(from, item, key, index)));
      else refuse(from, key, index, utf8("must be an object"));
    }
  } else if (p) refuse(from, key, -1, utf8("must be a list of objects"));
  return readers;
}
function readObject(from: ConfigReader, key: Encoded): ConfigReader {
  const p = find(from, key);
  const isObject = kindAt(p) == Kind.Object;
  if (p && !isObject) refuse(from, key, -1, utf8("must be an object"));
  const part = partOf(from, isObject ? p : EMPTY, key, -1);
  if (document.inherits && from.fallback) {
    const global = member(from.fallback, key);
    if (kindAt(global) == Kind.Object) part.fallback = global;
  }
  return changetype<ConfigReader>(part);
}

/** Whether a service's name ends with `.static`. */
function isStatic(name: string): bool {
  const encoded = encodeText(name);
  const end = pointerOf(encoded) + lengthOf(encoded);
  const found = lengthOf(encoded) > 6 && same(end - 7, pointerOf(utf8(".static")), 7);
  giveBack(encoded);
  return found;
}
