import { Kind, firstIn, isWhole, kindAt, member, nextIn, position, takeRaw, takeText, takeWhole, valueOf } from "../json/scan";
import { LogLevel } from "../abi/enums";
import { logLine } from "../host/log";
import { Cluster } from "../http/cluster";
import { HttpClient } from "../http/client";
import { RedisClient } from "../redis/client";
import { Options } from "../stream/options";

/** Where the text ends, and the first problem found in it. */
export class document {
  static end: usize = 0;
  static problem: string = "";
}

export class IntegerRange {
  min: i32 = i32.MIN_VALUE;
  max: i32 = i32.MAX_VALUE;
}

/**
 * One object of the plugin's JSON configuration. Reading never stops: the first problem is kept with its JSON path, and the gateway
 * then refuses the configuration with it. `requireX(key)` must be there; `x(key, otherwise)` may be missing or null.
 *
 * As lenient as cannot mislead: "true", "false", 1 and 0 are booleans, "60" is a number, 123 is a string. Anything else of another
 * type is an error. Keys that nobody has read are warned of.
 */
export class ConfigReader {
  /** One bit for each of the first 64 members that has been read. */
  private seen: u64 = 0;

  constructor(
    private start: usize,
    private path: string,
  ) {}

  /** Refuses the configuration because of this key, unless something else already has. `key` "" is the object itself. */
  fail(key: string, message: string): void {
    if (!document.problem.length) document.problem = this.where(key) + ": " + message;
  }
  /** Whether nothing was wrong so far. */
  get isValid(): bool {
    return !document.problem.length;
  }
  /** Whether a key is there and not null. */
  has(key: string): bool {
    return this.find(key) != 0;
  }

  /** Must be there and not empty. */
  requireString(key: string): string {
    const value = this.string(key);
    if (!value.length) this.missing(key);
    return value;
  }
  string(key: string, otherwise: string = ""): string {
    const p = this.find(key);
    const kind = kindAt(p);
    if (kind == Kind.String) return takeText(p);
    if (kind == Kind.Number) return takeRaw(p, document.end);
    this.expect(key, p, "a string");
    return otherwise;
  }
  requireInteger(key: string, range: Options<IntegerRange> = {}): i32 {
    if (!this.has(key)) this.missing(key);
    return this.integer(key, 0, range);
  }
  /** A whole number of 32 bits. */
  integer(key: string, otherwise: i32 = 0, range: Options<IntegerRange> = {}): i32 {
    const p = this.find(key);
    const kind = kindAt(p);
    if (kind != Kind.Number && kind != Kind.String) {
      this.expect(key, p, "a whole number");
      return otherwise;
    }
    const value = takeWhole(p, document.end);
    const limits = range as IntegerRange;
    if (!isWhole) this.fail(key, "must be a whole number, not " + takeRaw(p, document.end));
    else if (value < <i64>limits.min || value > <i64>limits.max) {
      this.fail(key, (limits.max == i32.MAX_VALUE ? "must be at least " + limits.min.toString() : "must be between " + limits.min.toString() + " and " + limits.max.toString()) + ", not " + value.toString());
    } else return <i32>value;
    return otherwise;
  }
  bool(key: string, otherwise: bool = false): bool {
    const p = this.find(key);
    const kind = kindAt(p);
    if (kind == Kind.Boolean) return load<u8>(p) == 116;
    if (kind == Kind.String || kind == Kind.Number) {
      const text = kind == Kind.String ? takeText(p) : takeRaw(p, document.end);
      if (text == "true" || text == "1") return true;
      if (text == "false" || text == "0") return false;
    }
    this.expect(key, p, "true or false");
    return otherwise;
  }
  /** A list of strings; empty when missing. A single string is a list of one. */
  strings(key: string): string[] {
    const values: string[] = [];
    const p = this.find(key);
    if (kindAt(p) == Kind.String) values.push(takeText(p));
    else if (kindAt(p) != Kind.Array) this.expect(key, p, "a list of strings");
    else {
      let index = 0;
      for (let item = firstIn(p); item; item = nextIn(item, document.end), index++) {
        if (kindAt(item) == Kind.String) values.push(takeText(item));
        else this.fail(key + "[" + index.toString() + "]", "must be a string");
      }
    }
    return values;
  }
  /** Objects of a list, in order; empty when missing. */
  objects(key: string): ConfigReader[] {
    const readers: ConfigReader[] = [];
    const p = this.find(key);
    if (kindAt(p) != Kind.Array) {
      this.expect(key, p, "a list of objects");
      return readers;
    }
    let index = 0;
    for (let item = firstIn(p); item; item = nextIn(item, document.end), index++) {
      const at = key + "[" + index.toString() + "]";
      if (kindAt(item) == Kind.Object) readers.push(new ConfigReader(item, this.where(at)));
      else this.fail(at, "must be an object");
    }
    return readers;
  }
  /** An object; an empty one when missing, so that its own required keys are what is reported. */
  object(key: string): ConfigReader {
    const p = this.find(key);
    if (kindAt(p) != Kind.Object) this.expect(key, p, "an object");
    return new ConfigReader(kindAt(p) == Kind.Object ? p : 0, this.where(key));
  }

  /**
   * `serviceName` (with its type: `auth.dns`, `auth.static`), `servicePort` (0 or missing: 80 for `.static`, else `defaultPort`) and
   * `serviceHost` (the `:authority`; default: the name). A service that cannot exist is warned of; its calls fail with `UnknownCluster`.
   */
  service(defaultPort: i32 = 0): Cluster {
    const name = this.string("serviceName");
    let port = this.integer("servicePort", 0, { min: 0, max: 65535 });
    if (!port) port = name.endsWith(".static") ? 80 : defaultPort;
    if (!name.length || !port) logLine(LogLevel.Warn, this.where(name.length ? "servicePort" : "serviceName") + ": missing, so every call to this service will fail");
    return Cluster.fqdn(name, port, this.string("serviceHost", name));
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
    const client = new RedisClient(this.service(6379), {
      username: this.string("username"),
      password: this.string("password"),
      timeout: this.integer("timeout", 0, { min: 0 }) || 1000,
      database: this.integer("database", 0, { min: 0 }),
    });
    if (this.isValid) client.open();
    return client;
  }

  /** Names the keys that nobody has read. Keys with a leading underscore are the gateway's own. */
  warnOfUnread(): void {
    if (!this.start) return;
    let bit: u64 = 1;
    for (let name = firstIn(this.start); name && bit; name = nextIn(valueOf(name), document.end), bit <<= 1) {
      if (this.seen & bit) continue;
      const key = takeText(name);
      if (!key.startsWith("_")) logLine(LogLevel.Warn, this.where(key) + ": unknown key, ignored");
    }
  }
  /** Whether there are members besides the gateway's own. */
  hasOwnKeys(): bool {
    for (let name = firstIn(this.start); name; name = nextIn(valueOf(name), document.end)) if (load<u8>(name, 1) != 95) return true;
    return firstIn(this.start) == 0;
  }

  private where(key: string): string {
    return key.length ? this.path + "." + key : this.path;
  }
  /** The value of a key; 0 when it is missing or null. */
  private find(key: string): usize {
    if (!this.start) return 0;
    const p = member(this.start, document.end, key, 0, key.length);
    if (!p) return 0;
    if (position < 64) this.seen |= <u64>1 << position;
    return kindAt(p) == Kind.Null ? 0 : p;
  }
  private missing(key: string): void {
    this.fail(key, "missing " + key + " in config");
  }
  private expect(key: string, p: usize, what: string): void {
    if (p) this.fail(key, "must be " + what + ", not " + kindName(kindAt(p)));
  }
}
function kindName(kind: Kind): string {
  switch (kind) {
    case Kind.Boolean: return "a boolean";
    case Kind.Number: return "a number";
    case Kind.String: return "a string";
    case Kind.Array: return "a list";
    default: return "an object";
  }
}
