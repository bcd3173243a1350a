import { LuaFactory } from "wasmoon";
import type { Reply } from "../reply.ts";

type Lua = Awaited<ReturnType<LuaFactory["getLuaModule"]>>;

/** The exports wasmoon's own wrappers hide: those pass strings as UTF-8, and Redis's are bytes. */
interface RawExports {
  _lua_tolstring(state: number, index: number, lengthSlot: number): number;
  _lua_pushlstring(state: number, bytes: number, length: number): number;
}

/** Lua's numbers for its types (lua.h). */
const LUA_TBOOLEAN = 1;
const LUA_TNUMBER = 3;
const LUA_TSTRING = 4;
const LUA_TTABLE = 5;

const LUA_MULTRET = -1;
const LUA_MASKCOUNT = 8;
const INSTRUCTIONS_BETWEEN_CHECKS = 100_000;
/** Redis's `lua-time-limit`, after which a script may be killed. Here it is. */
const LONGEST_SCRIPT_MS = 5000;
const DEEPEST_REPLY = 100;
const LARGEST_INTEGER = 2 ** 63;

/** A host function for Lua: byte strings in, one value out. */
export type HostFunction = (args: string[]) => Reply;

/** One Lua state, spoken to in byte strings and replies. */
export class LuaMachine {
  readonly #lua: Lua;
  readonly #raw: RawExports;
  readonly #state: number;
  readonly #lengthSlot: number;
  #deadline = 0;

  private constructor(lua: Lua) {
    this.#lua = lua;
    this.#raw = lua.module as unknown as RawExports;
    this.#state = lua.luaL_newstate();
    this.#lengthSlot = lua.module._malloc(4);
    lua.luaL_openlibs(this.#state);
    const check = lua.module.addFunction((state: number) => {
      if (performance.now() < this.#deadline) return;
      lua.lua_pushstring(state, `script ran for more than ${LONGEST_SCRIPT_MS} ms`);
      lua.lua_error(state);
    }, "vii");
    lua.lua_sethook(this.#state, check, LUA_MASKCOUNT, INSTRUCTIONS_BETWEEN_CHECKS);
  }

  static async start(): Promise<LuaMachine> {
    return new LuaMachine(await new LuaFactory().getLuaModule());
  }

  /**
   * Runs Lua source that is the program's own, with `native` and `functions` as its arguments; what it returns stays
   * callable by `call`, from index 1 on.
   */
  loadPrelude(source: string, functions: HostFunction[]): void {
    const status = this.#lua.luaL_loadstring(this.#state, source);
    if (status === 0) {
      this.#pushNative();
      for (const host of functions) this.#pushFunction(host);
      this.#deadline = Infinity;
      if (this.#lua.lua_pcallk(this.#state, functions.length + 1, LUA_MULTRET, 0, 0, null) === 0) return;
    }
    throw new Error(`The Lua prelude does not run: ${this.#readString(this.#state, -1)}`);
  }

  /** Calls the prelude's `index`-th function and converts its one result as Redis does. */
  call(index: number, args: string[]): Reply {
    const top = this.#lua.lua_gettop(this.#state);
    try {
      if (this.#lua.lua_checkstack(this.#state, args.length + 1) === 0)
        return { error: "ERR too many arguments" };
      this.#lua.lua_pushvalue(this.#state, index);
      for (const arg of args) this.#pushString(this.#state, arg);
      this.#deadline = performance.now() + LONGEST_SCRIPT_MS;
      const status = this.#lua.lua_pcallk(this.#state, args.length, 1, 0, 0, null);
      if (status !== 0) return { error: `ERR ${this.#readString(this.#state, -1)}` };
      return this.#read(this.#state, 0);
    } finally {
      this.#lua.lua_settop(this.#state, top);
    }
  }

  /**
   * `native(f)`: a C function that calls f. A tail call to it leaves the script's own frame on the stack, as one to
   * Redis's functions does, and an error knows its line.
   */
  #pushNative(): void {
    const lua = this.#lua;
    const forward = lua.module.addFunction((state: number) => {
      lua.lua_pushvalue(state, lua.lua_upvalueindex(1));
      lua.lua_rotate(state, 1, 1);
      lua.lua_callk(state, lua.lua_gettop(state) - 1, 1, 0, null);
      return 1;
    }, "ii");
    const native = lua.module.addFunction((state: number) => {
      lua.lua_pushcclosure(state, forward, 1);
      return 1;
    }, "ii");
    lua.lua_pushcclosure(this.#state, native, 0);
  }

  #pushFunction(host: HostFunction): void {
    const pointer = this.#lua.module.addFunction((state: number) => {
      const count = this.#lua.lua_gettop(state);
      const args = Array.from({ length: count }, (_, index) => this.#readString(state, index + 1));
      this.#push(state, host(args));
      return 1;
    }, "ii");
    this.#lua.lua_pushcclosure(this.#state, pointer, 0);
  }

  /** Redis to Lua: nulls are false, statuses and errors are tables with one field. */
  #push(state: number, reply: Reply): void {
    const lua = this.#lua;
    lua.lua_checkstack(state, 3);
    if (typeof reply === "bigint") lua.lua_pushinteger(state, reply);
    else if (typeof reply === "string") this.#pushString(state, reply);
    else if (Array.isArray(reply)) {
      lua.lua_createtable(state, reply.length, 0);
      for (const [index, item] of reply.entries()) {
        this.#push(state, item);
        lua.lua_rawseti(state, -2, BigInt(index + 1));
      }
    } else if (reply === null || "nullArray" in reply) lua.lua_pushboolean(state, 0);
    else {
      lua.lua_createtable(state, 0, 1);
      const [field, text] = "status" in reply ? ["ok", reply.status] : ["err", reply.error];
      this.#pushString(state, text);
      lua.lua_setfield(state, -2, field);
    }
  }

  /** Lua to Redis, from the top of the stack, which it leaves as it was: numbers lose their fraction, nil ends an array. */
  #read(state: number, depth: number): Reply {
    const lua = this.#lua;
    switch (lua.lua_type(state, -1) as number) {
      case LUA_TSTRING:
        return this.#readString(state, -1);
      case LUA_TNUMBER:
        return lua.lua_isinteger(state, -1) === 1
          ? lua.lua_tointegerx(state, -1, null)
          : truncated(lua.lua_tonumberx(state, -1, null));
      case LUA_TBOOLEAN:
        return lua.lua_toboolean(state, -1) === 1 ? 1n : null;
      case LUA_TTABLE:
        break;
      default:
        return null;
    }
    if (depth >= DEEPEST_REPLY || lua.lua_checkstack(state, 3) === 0)
      return { error: "ERR reached lua stack limit" };
    const error = this.#readField(state, "err");
    if (error !== undefined) return { error };
    const status = this.#readField(state, "ok");
    if (status !== undefined) return { status };
    const items: Reply[] = [];
    for (let index = 1n; ; index++) {
      const present = (lua.lua_rawgeti(state, -1, index) as number) !== 0;
      if (present) items.push(this.#read(state, depth + 1));
      lua.lua_settop(state, -2);
      if (!present) return items;
    }
  }

  #readField(state: number, name: string): string | undefined {
    this.#pushString(state, name);
    this.#lua.lua_rawget(state, -2);
    const text =
      (this.#lua.lua_type(state, -1) as number) === LUA_TSTRING ? this.#readString(state, -1) : undefined;
    this.#lua.lua_settop(state, -2);
    return text;
  }

  #pushString(state: number, text: string): void {
    const { module } = this.#lua;
    const pointer = module._malloc(text.length + 1);
    module.HEAPU8.set(Buffer.from(text, "latin1"), pointer);
    this.#raw._lua_pushlstring(state, pointer, text.length);
    module._free(pointer);
  }

  #readString(state: number, index: number): string {
    const { module } = this.#lua;
    const pointer = this.#raw._lua_tolstring(state, index, this.#lengthSlot);
    if (pointer === 0) return "";
    const length = new DataView(module.HEAPU8.buffer).getUint32(this.#lengthSlot, true);
    return Buffer.from(module.HEAPU8.buffer, pointer, length).toString("latin1");
  }
}

/** A double as C converts it on Redis's machines. */
function truncated(value: number): bigint {
  if (!(Math.abs(value) < LARGEST_INTEGER)) return -(2n ** 63n);
  return BigInt(Math.trunc(value));
}
