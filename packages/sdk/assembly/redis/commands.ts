import { utf8 } from "../abi/literals";
import { Cluster } from "../http/cluster";
import { crypto } from "../crypto/crypto";
import { hex } from "../bytes/hex";
import { encodeScript, tail } from "./command";
import { RedisCall, RedisConnection, expectScripts } from "./client";

/** A Lua script with its digest, so that Redis is sent the script itself only when it does not know it. Make it once. */
export class RedisScript {
  readonly digest: string;
  constructor(readonly source: string) {
    this.digest = hex.encode(crypto.sha1(source));
  }
}

// Not by pushing: growing in place takes the allocator's larger half.
function list(words: string[], more: string[]): string[] {
  return words.concat(more);
}
function pairs(words: string[], more: string[][]): string[] {
  for (let i = 0; i < more.length; i++) words = list(words, more[i]);
  return words;
}

/**
 * Redis through the gateway's own client (Higress only; a module that uses it does not load elsewhere). Make it while reading the
 * configuration. When the gateway does not know the service yet, every command asks again; after `-NOAUTH` a command hands the settings over once
 * more and is sent a second time. Times to live are seconds, pairs `[name, value]`. Source: the command reference of redis.io; names as in wasm-go.
 */
export class RedisClient extends RedisConnection {
  /** A client whose commands all fail with `Failure.UnknownCluster`. */
  static get NONE(): RedisClient {
    return new RedisClient(Cluster.NONE);
  }
  /** Runs a Lua script, atomically. */
  // @ts-ignore: decorator
  @inline eval(script: string, keys: string[], args: string[] = []): RedisCall {
    return this.script(encodeScript(utf8("eval"), utf8(script), keys, args));
  }
  private script(command: ArrayBuffer): RedisCall {
    return new RedisCall(this, command);
  }
  /** The same by the script's digest; Redis gets the script only when it has forgotten it. */
  run(script: RedisScript, keys: string[], args: string[] = []): RedisCall {
    expectScripts();
    const command = encodeScript(utf8("evalsha"), utf8(script.digest), keys, args);
    return new RedisCall(this, command, script.source, tail);
  }
  del(key: string): RedisCall {
    return this.command(["del", key]);
  }
  exists(key: string): RedisCall {
    return this.command(["exists", key]);
  }
  persist(key: string): RedisCall {
    return this.command(["persist", key]);
  }
  expire(key: string, seconds: i32): RedisCall {
    return this.command(["expire", key, seconds.toString()]);
  }
  ttl(key: string): RedisCall {
    return this.command(["ttl", key]);
  }
  get(key: string): RedisCall {
    return this.command(["get", key]);
  }
  set(key: string, value: string): RedisCall {
    return this.command(["set", key, value]);
  }
  setEx(key: string, value: string, seconds: i32): RedisCall {
    return this.command(["set", key, value, "ex", seconds.toString()]);
  }
  /** Only when the key is absent. `seconds` 0 keeps it for ever. The reply is null when the key was there. */
  setNX(key: string, value: string, seconds: i32 = 0): RedisCall {
    const words = ["set", key, value, "nx"];
    return this.command(seconds > 0 ? list(words, ["ex", seconds.toString()]) : words);
  }
  mGet(keys: string[]): RedisCall {
    return this.command(list(["mget"], keys));
  }
  mSet(values: string[][]): RedisCall {
    return this.command(pairs(["mset"], values));
  }
  incr(key: string): RedisCall {
    return this.command(["incr", key]);
  }
  decr(key: string): RedisCall {
    return this.command(["decr", key]);
  }
  incrBy(key: string, by: i64): RedisCall {
    return this.command(["incrby", key, by.toString()]);
  }
  decrBy(key: string, by: i64): RedisCall {
    return this.command(["decrby", key, by.toString()]);
  }
  lLen(key: string): RedisCall {
    return this.command(["llen", key]);
  }
  lPop(key: string): RedisCall {
    return this.command(["lpop", key]);
  }
  rPop(key: string): RedisCall {
    return this.command(["rpop", key]);
  }
  lIndex(key: string, index: i32): RedisCall {
    return this.command(["lindex", key, index.toString()]);
  }
  lRange(key: string, from: i32, to: i32): RedisCall {
    return this.command(["lrange", key, from.toString(), to.toString()]);
  }
  lRem(key: string, count: i32, value: string): RedisCall {
    return this.command(["lrem", key, count.toString(), value]);
  }
  lInsertBefore(key: string, pivot: string, value: string): RedisCall {
    return this.command(["linsert", key, "before", pivot, value]);
  }
  lInsertAfter(key: string, pivot: string, value: string): RedisCall {
    return this.command(["linsert", key, "after", pivot, value]);
  }
  hExists(key: string, field: string): RedisCall {
    return this.command(["hexists", key, field]);
  }
  hLen(key: string): RedisCall {
    return this.command(["hlen", key]);
  }
  hGet(key: string, field: string): RedisCall {
    return this.command(["hget", key, field]);
  }
  hSet(key: string, field: string, value: string): RedisCall {
    return this.command(["hset", key, field, value]);
  }
  hKeys(key: string): RedisCall {
    return this.command(["hkeys", key]);
  }
  hVals(key: string): RedisCall {
    return this.command(["hvals", key]);
  }
  hGetAll(key: string): RedisCall {
    return this.command(["hgetall", key]);
  }
  hIncrBy(key: string, field: string, by: i64): RedisCall {
    return this.command(["hincrby", key, field, by.toString()]);
  }
  hIncrByFloat(key: string, field: string, by: f64): RedisCall {
    return this.command(["hincrbyfloat", key, field, by.toString()]);
  }
  sCard(key: string): RedisCall {
    return this.command(["scard", key]);
  }
  sIsMember(key: string, member: string): RedisCall {
    return this.command(["sismember", key, member]);
  }
  sMembers(key: string): RedisCall {
    return this.command(["smembers", key]);
  }
  sDiff(a: string, b: string): RedisCall {
    return this.command(["sdiff", a, b]);
  }
  sDiffStore(to: string, a: string, b: string): RedisCall {
    return this.command(["sdiffstore", to, a, b]);
  }
  sInter(a: string, b: string): RedisCall {
    return this.command(["sinter", a, b]);
  }
  sInterStore(to: string, a: string, b: string): RedisCall {
    return this.command(["sinterstore", to, a, b]);
  }
  sUnion(a: string, b: string): RedisCall {
    return this.command(["sunion", a, b]);
  }
  sUnionStore(to: string, a: string, b: string): RedisCall {
    return this.command(["sunionstore", to, a, b]);
  }
  zCard(key: string): RedisCall {
    return this.command(["zcard", key]);
  }
  zCount(key: string, min: string, max: string): RedisCall {
    return this.command(["zcount", key, min, max]);
  }
  zIncrBy(key: string, member: string, by: f64): RedisCall {
    return this.command(["zincrby", key, by.toString(), member]);
  }
  zScore(key: string, member: string): RedisCall {
    return this.command(["zscore", key, member]);
  }
  zRank(key: string, member: string): RedisCall {
    return this.command(["zrank", key, member]);
  }
  zRevRank(key: string, member: string): RedisCall {
    return this.command(["zrevrank", key, member]);
  }
  zRange(key: string, from: i32, to: i32): RedisCall {
    return this.command(["zrange", key, from.toString(), to.toString()]);
  }
  zRevRange(key: string, from: i32, to: i32): RedisCall {
    return this.command(["zrevrange", key, from.toString(), to.toString()]);
  }
  lPush(key: string, values: string[]): RedisCall {
    return this.command(list(["lpush", key], values));
  }
  rPush(key: string, values: string[]): RedisCall {
    return this.command(list(["rpush", key], values));
  }
  hDel(key: string, fields: string[]): RedisCall {
    return this.command(list(["hdel", key], fields));
  }
  hMGet(key: string, fields: string[]): RedisCall {
    return this.command(list(["hmget", key], fields));
  }
  sAdd(key: string, members: string[]): RedisCall {
    return this.command(list(["sadd", key], members));
  }
  sRem(key: string, members: string[]): RedisCall {
    return this.command(list(["srem", key], members));
  }
  zRem(key: string, members: string[]): RedisCall {
    return this.command(list(["zrem", key], members));
  }
  hMSet(key: string, values: string[][]): RedisCall {
    return this.command(pairs(["hmset", key], values));
  }
  /** `[score, member]` pairs. */
  zAdd(key: string, members: string[][]): RedisCall {
    return this.command(pairs(["zadd", key], members));
  }
}
