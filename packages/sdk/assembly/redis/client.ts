import { BufferType, LogLevel, Status } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { Encoded, Rule, reserve, write } from "../abi/text";
import { readBuffer } from "../host/buffers";
import { initRedis, lastToken, startRedisCall } from "../host/callouts";
import { endLine, putString, putText, startLine } from "../host/log";
import { Cluster, decimal } from "../http/cluster";
import { Action, held } from "../stream/action";
import { Call, Failure, takeCall } from "../stream/calls";
import { Options } from "../stream/options";
import { RedisReply, setFailure, setReply } from "./reply";

/** One command; nothing happens before `send`. */
export class RedisCall extends Call {
  constructor(
    private client: RedisClient,
    private args: string[],
  ) {
    super();
  }
  /** Holds the message until the callback has returned an Action. The callback runs once, also when nothing could be sent. */
  send<T>(ctx: T, callback: (ctx: T, reply: RedisReply) => Action): Action {
    return this.begin(<u32>changetype<usize>(ctx)) ? this.wait(this.dispatch(), callback.index, 0) : held();
  }
  /** The same with one more object for the callback, which cannot see the variables around it. */
  sendWith<T, P>(ctx: T, value: P, callback: (ctx: T, reply: RedisReply, value: P) => Action): Action {
    if (!isManaged<P>()) ERROR("sendWith passes an object on; keep numbers in ctx.state");
    return this.begin(<u32>changetype<usize>(ctx))
      ? this.wait(this.dispatch(), callback.index, changetype<usize>(value))
      : held();
  }
  /** Starts the call at the host: its token, or 0 when it could not be started. */
  private dispatch(): u32 {
    const status = this.client.open()
      ? startRedisCall(this.client.cluster.name, encodeCommand(this.args))
      : Status.BadArgument;
    if (status == Status.Ok) return lastToken();
    setFailure(status == Status.BadArgument ? Failure.UnknownCluster : Failure.NoHealthyHost);
    return 0;
  }
}

/** `*<n> CRLF`, then `$<bytes> CRLF <argument> CRLF` for each. */
function encodeCommand(args: string[]): Encoded {
  let size = 32;
  for (let i = 0; i < args.length; i++) size += unchecked(args[i]).length * 3 + 16;
  const start = reserve(size);
  let p = putNumber(start, 42, args.length);
  for (let i = 0; i < args.length; i++) {
    // The text first, to know its length; then to where the length ends.
    const text = p + 16;
    const length = write(unchecked(args[i]), Rule.Any, text) - text;
    p = putNumber(p, 36, <i32>length);
    memory.copy(p, text, length);
    p = putLineEnd(p + length);
  }
  return ((<u64>(p - start)) << 32) | start;
}
function putNumber(p: usize, mark: u32, n: i32): usize {
  store<u8>(p++, mark);
  let digits = 1;
  for (let rest = n; rest > 9; rest /= 10) digits++;
  for (let i = digits - 1, rest = n; i >= 0; i--, rest /= 10) store<u8>(p + i, 48 + (rest % 10));
  return putLineEnd(p + digits);
}
function putLineEnd(p: usize): usize {
  store<u16>(p, 0x0a0d);
  return p + 2;
}

export class RedisOptions {
  username: string = "";
  password: string = "";
  /** Milliseconds for one command; when they pass, the gateway closes the connection and fails everything pending on it. */
  timeout: i32 = 1000;
  /** One number for each service: the gateway keeps one connection, so two plugins with different ones cut each other off. */
  database: i32 = 0;
}

/**
 * Redis through the gateway's own client (Higress only; a module that uses it does not load elsewhere). Make it while reading the
 * configuration. When the gateway does not know the service yet, every command asks again.
 */
export class RedisClient {
  private isOpen: bool = false;
  private options: RedisOptions;

  constructor(
    readonly cluster: Cluster,
    options: Options<RedisOptions> = {},
  ) {
    this.options = options as RedisOptions;
  }
  /** A client whose commands all fail with `Failure.UnknownCluster`. */
  static get NONE(): RedisClient {
    return new RedisClient(Cluster.NONE);
  }

  /** Hands the settings to the gateway, once. False: it knows no such service. `open` does not connect. */
  open(): bool {
    if (this.isOpen) return true;
    const o = this.options;
    const name = this.cluster.name;
    this.isOpen =
      initRedis(o.database ? name + "?db=" + decimal(o.database) : name, o.username, o.password, o.timeout) ==
      Status.Ok;
    if (!this.isOpen) {
      startLine();
      putText(utf8("redis: the gateway has no cluster "));
      putString(name);
      endLine(LogLevel.Error);
    }
    return this.isOpen;
  }
  /** Any command, name first: `command(["set", key, value])`. */
  command(args: string[]): RedisCall {
    return new RedisCall(this, args);
  }
  get(key: string): RedisCall {
    return this.command(["get", key]);
  }
  set(key: string, value: string): RedisCall {
    return this.command(["set", key, value]);
  }
  del(key: string): RedisCall {
    return this.command(["del", key]);
  }
  incr(key: string): RedisCall {
    return this.command(["incr", key]);
  }
  expire(key: string, seconds: i32): RedisCall {
    return this.command(["expire", key, decimal(seconds)]);
  }
  /** Runs a Lua script, atomically. */
  eval(script: string, keys: string[], args: string[] = []): RedisCall {
    const all = new Array<string>(3 + keys.length + args.length);
    unchecked((all[0] = "eval"));
    unchecked((all[1] = script));
    unchecked((all[2] = decimal(keys.length)));
    let n = 3;
    for (let i = 0; i < keys.length; i++) unchecked((all[n++] = keys[i]));
    for (let i = 0; i < args.length; i++) unchecked((all[n++] = args[i]));
    return this.command(all);
  }
}

/** `proxy_on_redis_call_response`. `status` 0: a reply of `size` bytes is here; otherwise the connection failed or timed out. */
export function deliverRedisCall(token: u32, status: u32, size: u32): void {
  const call = takeCall(token);
  if (!call) return;
  if (status || !size) setFailure(Failure.ConnectFailed);
  else setReply(readBuffer(BufferType.RedisCallResponse));
  call.finish();
}
