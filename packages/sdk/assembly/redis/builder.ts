import { hostText } from "../abi/allocator";
import { digits } from "../abi/compose";
import { headerName, utf8 } from "../abi/literals";
import { Encoded } from "../abi/text";
import { encodePath, findProperty } from "../host/properties";
import { findHeader } from "../host/headers";
import { HeadersView } from "../http/headers";
import { findRouteName } from "../http/route";
import { Action } from "../stream/action";
import { RedisCall, RedisConnection } from "./client";
import { addPart, addStrings, beginCommand, endCommand } from "./command";
import { RedisReply } from "./reply";

// What the command that is being put together is for.
class begun {
  static client: RedisConnection | null = null;
  // Never set by a plugin without scripts.
  static script: string | null = null;
}

/** Begins a command with its name. */
export function begin(client: RedisConnection, script: string | null, name: Encoded): RedisCommand {
  begun.client = client;
  begun.script = script;
  return changetype<RedisCommand>(<usize>addPart(beginCommand(), name, true));
}

// @ts-ignore: decorator
@inline function textOf<T>(value: T): Encoded {
  if (isString<T>()) return utf8(changetype<string>(value));
  if (!isInteger<T>()) ERROR("give a string or a whole number");
  return digits(<i64>value);
}

/**
 * A command that is put together word by word, without an object for any of them; `send` makes one for the call. Each part is copied at once.
 * Put it together and send it in one expression: once another command, or an answer of `ctx.reply`, has begun, nothing can be added to it, and it
 * fails with `Failure.InvalidRequest`.
 */
// Its pointer is the command's number.
// @ts-ignore: decorator
@unmanaged @final
export class RedisCommand {
  /** One more word: a string, or a whole number in digits. */
  // @ts-ignore: decorator
  @inline word<T>(value: T): RedisCommand {
    return add(this, textOf<T>(value), true);
  }
  /** More of the last word. */
  // @ts-ignore: decorator
  @inline and<T>(value: T): RedisCommand {
    return add(this, textOf<T>(value), false);
  }
  /** More of the last word: the name of the route, as the gateway has it; nothing where it has none. */
  andRouteName(): RedisCommand {
    findRouteName();
    return addHostText(this);
  }
  /** More of the last word: the first value of a header; nothing where there is none. */
  // @ts-ignore: decorator
  @inline andHeader(headers: HeadersView, name: string): RedisCommand {
    findHeader(changetype<usize>(headers) - 1, headerName(name));
    return addHostText(this);
  }
  /** More of the last word: a property such as `source.address`; nothing where it is not known. */
  // @ts-ignore: decorator
  @inline andProperty(path: string): RedisCommand {
    findProperty(encodePath(path));
    return addHostText(this);
  }
  /** A word for each. */
  words(values: string[]): RedisCommand {
    addStrings(number(this), values);
    return this;
  }
  /** The call, for `both` and `all`. */
  get call(): RedisCall {
    return RedisCall.of(changetype<RedisConnection>(begun.client), endCommand(number(this)), begun.script);
  }
  /** As `RedisCall.send`. */
  send<T>(ctx: T, callback: (ctx: T, reply: RedisReply) => Action): Action {
    return this.call.send(ctx, callback);
  }
  /** As `RedisCall.sendWith`. */
  sendWith<T, P>(ctx: T, value: P, callback: (ctx: T, reply: RedisReply, value: P) => Action): Action {
    return this.call.sendWith(ctx, value, callback);
  }
  /** As `RedisCall.run`. */
  run<T>(plugin: T, callback: (plugin: T, reply: RedisReply) => void): void {
    this.call.run(plugin, callback);
  }
}
// @ts-ignore: decorator
@inline function number(command: RedisCommand): u32 {
  return <u32>changetype<usize>(command);
}
function add(command: RedisCommand, part: Encoded, isWord: bool): RedisCommand {
  return changetype<RedisCommand>(<usize>addPart(number(command), part, isWord));
}
function addHostText(command: RedisCommand): RedisCommand {
  return add(command, hostText(), false);
}
