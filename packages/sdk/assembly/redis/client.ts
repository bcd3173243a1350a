import { hostLength } from "../abi/allocator";
import { BufferType, LogLevel, Status } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { draft } from "../abi/draft";
import { readRawBuffer } from "../host/buffers";
import { initRedis, startRedisCall } from "../host/callouts";
import { endText, putNumber, putString, putText, startText } from "../abi/compose";
import { endLine, startLine } from "../host/log";
import { Cluster } from "../http/cluster";
import { noteCluster } from "../http/diagnosis";
import { Action } from "../stream/action";
import { Call, Failure, takeCall } from "../stream/calls";
import { Options } from "../stream/options";
import { tooLate } from "../stream/respond";
import { Slot } from "../http/reply";
import { bytesOf } from "../bytes/data";
import { addStrings, beginCommand, endCommand, withScript } from "./command";
import { RedisReply, freeReply, setFailure, setReply, wantsPassword, wantsScript } from "./reply";

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
  if (isDefined(GATEWAY_USES_diagnose)) copy.diagnosis = response.diagnose();
  copy.bytes = bytesOf(response.text());
  return slot.join.settle();
}

/** One command; nothing happens before `send`. */
// Its bytes lie behind its fields.
export class RedisCall extends Call {
  private client: RedisConnection;
  private bytes: usize;
  /** Sent in full when Redis does not know its digest. */
  private script: string | null;
  private isFull: bool;
  private recovered: bool;

  /** For the SDK: copies the command from its beginning to `draft.end`. Without any bytes the call fails with `Failure.InvalidRequest`. */
  static of(client: RedisConnection, command: usize, script: string | null): RedisCall {
    const fields = offsetof<RedisCall>();
    const bytes = draft.end - command;
    const p = __new(fields + bytes, idof<RedisCall>());
    memory.fill(p, 0, fields);
    memory.copy(p + fields, command, bytes);
    const call = changetype<RedisCall>(p);
    // As in a new HttpCall. Both live as long as the configuration, or are linked where they were made.
    store<usize>(p, changetype<usize>(client), offsetof<RedisCall>("client"));
    call.bytes = bytes;
    if (hasScripts) store<usize>(p, changetype<usize>(script), offsetof<RedisCall>("script"));
    return call;
  }
  /** Holds the message until the callback has returned an Action. The callback runs once, also when nothing could be sent. */
  send<T>(ctx: T, callback: (ctx: T, reply: RedisReply) => Action): Action {
    return this.maySend(<u32>changetype<usize>(ctx))
      ? this.wait(this.dispatch(), callback.index, 0)
      : tooLate();
  }
  /** The same with one more object for the callback, which cannot see the variables around it. */
  sendWith<T, P>(ctx: T, value: P, callback: (ctx: T, reply: RedisReply, value: P) => Action): Action {
    if (!isManaged<P>()) ERROR("sendWith passes an object on; keep numbers in ctx.state");
    return this.maySend(<u32>changetype<usize>(ctx))
      ? this.wait(this.dispatch(), callback.index, changetype<usize>(value))
      : tooLate();
  }
  join(id: u32, slot: usize): Action {
    return this.maySend(id) ? this.wait(this.dispatch(), joinRedis.index, slot) : tooLate();
  }
  /** For the SDK: after `-NOSCRIPT`: the script itself. After `-NOAUTH`: the settings, once more. True when the command is on its way again. */
  recover(): bool {
    if (hasScripts && this.script && !this.isFull && wantsScript()) this.isFull = true;
    else if (!this.recovered && wantsPassword()) {
      this.recovered = true;
      this.client.forget();
    } else return false;
    return this.sendAgain(this.dispatch());
  }
  /** Sends without holding any message, as `HttpCall.run`. */
  run<T>(plugin: T, callback: (plugin: T, reply: RedisReply) => void): void {
    if (this.mayRun()) this.detach(this.dispatch(), callback.index);
  }
  noteCluster(): void {
    noteCluster(this.client.cluster);
  }
  /** Starts the call at the host; false when it could not be started. */
  private dispatch(): bool {
    if (isDefined(GATEWAY_USES_diagnose)) this.noteCluster();
    let failure = Failure.InvalidRequest;
    let bytes = this.bytes;
    if (bytes) {
      failure = Failure.UnknownCluster;
      if (this.client.open()) {
        let command = changetype<usize>(this) + offsetof<RedisCall>();
        if (hasScripts && this.isFull) {
          command = withScript(command, bytes, this.script!);
          bytes = draft.end - command;
        }
        const status = startRedisCall(this.client.cluster.name, command, bytes);
        if (status == Status.Ok) return true;
        if (status != Status.BadArgument) failure = Failure.NoHealthyHost;
      }
    }
    setFailure(failure);
    return false;
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
 * configuration. When the gateway does not know the service yet, every command asks again. Its options count until the first command.
 */
export class RedisConnection extends RedisOptions {
  private isOpen: bool = false;

  constructor(
    readonly cluster: Cluster,
    options: Options<RedisOptions> | null = null,
  ) {
    super();
    // Its calls do not tell the collector of it. One that a request makes is heard of here.
    __link(changetype<usize>(this), changetype<usize>(this), false);
    if (options != null) {
      this.username = options.username;
      this.password = options.password;
      this.timeout = options.timeout;
      this.bufferFlushTimeout = options.bufferFlushTimeout;
      this.maxBufferSize = options.maxBufferSize;
      this.database = options.database;
    }
  }
  /** Hands the settings to the gateway anew: it forgets them when the cluster is updated. */
  reopen(): void {
    this.forget();
    this.open();
  }
  /** The next `open` hands the settings over. */
  forget(): void {
    this.isOpen = false;
  }
  /** Hands the settings to the gateway, once. False: it knows no such service. `open` does not connect. */
  open(): bool {
    if (this.isOpen) return true;
    const name = this.cluster.name;
    startText();
    putString(name);
    // The gateway reads these behind the name.
    if (this.database) {
      putText(utf8("?db="));
      putNumber(this.database);
    }
    if (isDefined(GATEWAY_OPTION_bufferFlushTimeout) || isDefined(GATEWAY_OPTION_maxBufferSize)) {
      let separator = this.database ? utf8("&") : utf8("?");
      if (isDefined(GATEWAY_OPTION_bufferFlushTimeout) && this.bufferFlushTimeout >= 0) {
        putText(separator);
        putText(utf8("buffer_flush_timeout="));
        putNumber(this.bufferFlushTimeout);
        separator = utf8("&");
      }
      if (isDefined(GATEWAY_OPTION_maxBufferSize) && this.maxBufferSize >= 0) {
        putText(separator);
        putText(utf8("max_buffer_size_before_flush="));
        putNumber(this.maxBufferSize);
      }
    }
    if (initRedis(endText(), this.username, this.password, this.timeout) == Status.Ok)
      return (this.isOpen = true);
    startLine();
    putText(utf8("redis: unknown cluster "));
    putString(name);
    endLine(LogLevel.Error);
    return false;
  }
  /** Any command, name first: `command(["set", key, value])`. */
  command(args: string[]): RedisCall {
    const command = beginCommand();
    addStrings(command, args);
    return RedisCall.of(this, args.length ? endCommand(command) : draft.end, null);
  }
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
    setReply(buffer, hostLength());
  }
  // Virtual, so that the callback alone brings none of this along, nor the host functions, without the link step either.
  if (!call.recover()) call.finish();
  freeReply(buffer);
}
