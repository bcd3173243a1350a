import { BufferType, LogLevel, Status } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { Encoded } from "../abi/text";
import { readRawBuffer } from "../host/buffers";
import { initRedis, lastToken, startRedisCall } from "../host/callouts";
import { putByte, putNumber, putString, putText, startText, takeText } from "../abi/compose";
import { endLine, startLine } from "../host/log";
import { Cluster } from "../http/cluster";
import { noteCluster } from "../http/diagnosis";
import { Action, held } from "../stream/action";
import { Call, Failure, takeCall } from "../stream/calls";
import { Options } from "../stream/options";
import { Slot } from "../http/reply";
import { bytesOf } from "../bytes/data";
import { encodeCommand, withScript } from "./command";
import { RedisReply, freeReply, hasError, setFailure, setReply } from "./reply";

// Set where commands are sent, so that the callback alone brings none of this along.
let recoverRedis: u32 = 0;
function recovers(call: RedisCall): bool {
  return call.recover();
}
// Never set by a plugin without scripts, whose code goes then.
let hasScripts: bool = false;
export function expectScripts(): void {
  hasScripts = true;
}
function joinRedis(id: u32, response: RedisReply, slot: Slot): usize {
  const copy = slot.reply;
  copy.failure = response.failure;
  copy.ok = response.ok;
  copy.reason = response.reason;
  copy.bytes = bytesOf(response.text());
  return --slot.join.left ? changetype<usize>(Action.Continue) : slot.join.finish();
}

/** One command; nothing happens before `send`. */
export class RedisCall extends Call {
  constructor(
    private client: RedisConnection,
    private command: ArrayBuffer,
    /** Sent in full when Redis does not know its digest; "" is none. */
    private script: string = "",
    private tail: usize = 0,
  ) {
    super();
  }
  private recovered: bool = false;
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
  join(id: u32, slot: usize): Action {
    return this.begin(id) ? this.wait(this.dispatch(), joinRedis.index, slot) : held();
  }
  /** After `-NOSCRIPT`: the script itself. After `-NOAUTH`: the settings, once more. True when the command is on its way again. */
  recover(): bool {
    if (hasScripts && this.script.length && hasError(utf8("NOSCRIPT"), false)) {
      this.command = withScript(this.command, this.tail, this.script);
      this.script = "";
    } else if (
      !this.recovered &&
      (hasError(utf8("NOAUTH"), false) || hasError(utf8("unauthenticated"), true))
    ) {
      this.recovered = true;
      this.client.reopen();
    } else return false;
    return this.sendAgain(this.dispatch());
  }
  /** Sends without holding any message, as `HttpCall.run`. */
  run<T>(plugin: T, callback: (plugin: T, reply: RedisReply) => void): void {
    this.detach(this.dispatch(), callback.index);
  }
  noteCluster(): void {
    noteCluster(this.client.cluster);
  }
  /** Starts the call at the host: its token, or 0 when it could not be started. */
  private dispatch(): u32 {
    recoverRedis = recovers.index;
    if (isDefined(GATEWAY_USES_diagnose)) this.noteCluster();
    const status = this.client.open()
      ? startRedisCall(this.client.cluster.name, this.command)
      : Status.BadArgument;
    if (status == Status.Ok) return lastToken();
    setFailure(status == Status.BadArgument ? Failure.UnknownCluster : Failure.NoHealthyHost);
    return 0;
  }
}

/** How the gateway connects to one Redis. */
export class RedisOptions {
  /** "" for none. */
  username: string = "";
  /** "" for none: no AUTH is sent. */
  password: string = "";
  /** Milliseconds for one command; when they pass, the gateway closes the connection and fails everything pending on it. */
  timeout: i32 = 1000;
  /** Milliseconds that commands may wait to be sent together; -1 leaves it to the gateway (3), 0 sends at once. */
  bufferFlushTimeout: i32 = -1;
  /** Bytes after which waiting commands are sent; -1 leaves it to the gateway (1024). */
  maxBufferSize: i32 = -1;
  /** One number for each service: the gateway keeps one connection, so two plugins with different ones cut each other off. */
  database: i32 = 0;
}

/**
 * Redis through the gateway's own client (Higress only; a module that uses it does not load elsewhere). Make it while reading the
 * configuration. When the gateway does not know the service yet, every command asks again.
 */
export class RedisConnection {
  private isOpen: bool = false;
  private options: RedisOptions;

  constructor(
    readonly cluster: Cluster,
    options: Options<RedisOptions> = {},
  ) {
    this.options = options as RedisOptions;
  }
  /** Hands the settings to the gateway anew: it forgets them when the cluster is updated. */
  reopen(): void {
    this.isOpen = false;
    this.open();
  }
  /** Hands the settings to the gateway, once. False: it knows no such service. `open` does not connect. */
  open(): bool {
    if (this.isOpen) return true;
    const o = this.options;
    const name = this.cluster.name;
    this.isOpen = initRedis(withParameters(name, o), o.username, o.password, o.timeout) == Status.Ok;
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
    return new RedisCall(this, encodeCommand(args));
  }
}
/** A cluster's name with the settings that the gateway reads behind it. */
function withParameters(name: string, o: RedisOptions): string {
  startText();
  putString(name);
  separator = 63;
  if (o.database) putParameter(utf8("db="), o.database);
  if (isDefined(GATEWAY_OPTION_bufferFlushTimeout) && o.bufferFlushTimeout >= 0)
    putParameter(utf8("buffer_flush_timeout="), o.bufferFlushTimeout);
  if (isDefined(GATEWAY_OPTION_maxBufferSize) && o.maxBufferSize >= 0)
    putParameter(utf8("max_buffer_size_before_flush="), o.maxBufferSize);
  return takeText();
}
let separator: u32 = 63;
function putParameter(name: Encoded, value: i32): void {
  putByte(separator);
  separator = 38;
  putText(name);
  putNumber(value);
}

/** `proxy_on_redis_call_response`. `status` 0: a reply of `size` bytes is here; otherwise the connection failed or timed out. */
export function deliverRedisCall(token: u32, status: u32, size: u32): void {
  const call = takeCall(token);
  if (!call) return;
  if (isDefined(GATEWAY_USES_diagnose)) changetype<RedisCall>(call).noteCluster();
  let buffer: usize = 0;
  if (status || !size) setFailure(Failure.ConnectFailed);
  else {
    buffer = readRawBuffer(BufferType.RedisCallResponse);
    setReply(buffer, size);
  }
  if (!recoverRedis || !call_indirect<bool>(recoverRedis, call)) call.finish();
  freeReply(buffer);
}
