import { utf8 } from "../abi/literals";
import { Cluster } from "../http/cluster";
import { crypto } from "../crypto/crypto";
import { hex } from "../bytes/hex";
import { RedisCommand, begin } from "./builder";
import { RedisCall, RedisConnection, expectScripts } from "./client";

/** A Lua script with its digest, so that Redis is sent the script itself only when it does not know it. Make it once. */
export class RedisScript {
  /** SHA-1 of the script in hex, by which Redis knows it. */
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
  /**
   * Begins a command that is put together without objects: `redis.begin("set").word("seen:").and(id).word(1).send(ctx, ...)`. The command
   * begun before and not yet sent is dropped.
   */
  // @ts-ignore: decorator
  @inline begin(name: string): RedisCommand {
    return begin(this, null, utf8(name));
  }
  /** The same for a Lua script, which runs atomically; the words behind it are the keys, of which there are so many, and then the arguments. */
  // @ts-ignore: decorator
  @inline beginEval(script: string, keys: i32): RedisCommand {
    return this.begin("eval").word(script).word(keys);
  }
  /** The same by the script's digest; Redis gets the script only when it has forgotten it. */
  beginRun(script: RedisScript, keys: i32): RedisCommand {
    expectScripts();
    return begin(this, script.source, utf8("evalsha")).word(script.digest).word(keys);
  }
  /** Runs a Lua script, atomically. */
  // @ts-ignore: decorator
  @inline eval(script: string, keys: string[], args: string[] = []): RedisCall {
    return this.beginEval(script, keys.length).words(keys).words(args).call;
  }
  /** The same by the script's digest; Redis gets the script only when it has forgotten it. */
  run(script: RedisScript, keys: string[], args: string[] = []): RedisCall {
    return this.beginRun(script, keys.length).words(keys).words(args).call;
  }
  /** Integer: how many keys were deleted, 0 or 1. */
  del(key: string): RedisCall {
    return this.command(["del", key]);
  }
  /** Integer: 1 when the key is there, else 0. */
  exists(key: string): RedisCall {
    return this.command(["exists", key]);
  }
  /** Integer: 1 when a time to live was taken away, else 0. */
  persist(key: string): RedisCall {
    return this.command(["persist", key]);
  }
  /** Integer: 1 when the key is there, else 0. */
  expire(key: string, seconds: i32): RedisCall {
    return this.command(["expire", key, seconds.toString()]);
  }
  /** Integer: seconds; -1 without a time to live, -2 without the key. */
  ttl(key: string): RedisCall {
    return this.command(["ttl", key]);
  }
  /** Text, or null. */
  get(key: string): RedisCall {
    return this.command(["get", key]);
  }
  /** `OK`. A time to live is taken away. */
  set(key: string, value: string): RedisCall {
    return this.command(["set", key, value]);
  }
  /** `OK`. */
  setEx(key: string, value: string, seconds: i32): RedisCall {
    return this.command(["set", key, value, "ex", seconds.toString()]);
  }
  /** Only when the key is absent. `seconds` 0 keeps it for ever. The reply is null when the key was there. */
  setNX(key: string, value: string, seconds: i32 = 0): RedisCall {
    const words = ["set", key, value, "nx"];
    return this.command(seconds > 0 ? list(words, ["ex", seconds.toString()]) : words);
  }
  /** List of texts and nulls, in the order of the keys. */
  mGet(keys: string[]): RedisCall {
    return this.command(list(["mget"], keys));
  }
  /** `OK`. */
  mSet(values: string[][]): RedisCall {
    return this.command(pairs(["mset"], values));
  }
  /** Integer: the new value; an error when the present one is no whole number. */
  incr(key: string): RedisCall {
    return this.command(["incr", key]);
  }
  /** As `incr`. */
  decr(key: string): RedisCall {
    return this.command(["decr", key]);
  }
  /** As `incr`. */
  incrBy(key: string, by: i64): RedisCall {
    return this.command(["incrby", key, by.toString()]);
  }
  /** As `incr`. */
  decrBy(key: string, by: i64): RedisCall {
    return this.command(["decrby", key, by.toString()]);
  }
  /** Integer; 0 without the key. */
  lLen(key: string): RedisCall {
    return this.command(["llen", key]);
  }
  /** Text: the first element, now gone; or null. */
  lPop(key: string): RedisCall {
    return this.command(["lpop", key]);
  }
  /** Text: the last element, now gone; or null. */
  rPop(key: string): RedisCall {
    return this.command(["rpop", key]);
  }
  /** Text, or null. -1 is the last. */
  lIndex(key: string, index: i32): RedisCall {
    return this.command(["lindex", key, index.toString()]);
  }
  /** List of texts. Both ends count, -1 is the last. */
  lRange(key: string, from: i32, to: i32): RedisCall {
    return this.command(["lrange", key, from.toString(), to.toString()]);
  }
  /** Integer: how many were removed. `count` > 0 begins at the head, < 0 at the tail, 0 takes all. */
  lRem(key: string, count: i32, value: string): RedisCall {
    return this.command(["lrem", key, count.toString(), value]);
  }
  /** Integer: the new length; -1 without the pivot, 0 without the key. */
  lInsertBefore(key: string, pivot: string, value: string): RedisCall {
    return this.command(["linsert", key, "before", pivot, value]);
  }
  /** As `lInsertBefore`. */
  lInsertAfter(key: string, pivot: string, value: string): RedisCall {
    return this.command(["linsert", key, "after", pivot, value]);
  }
  /** Integer: 1 or 0. */
  hExists(key: string, field: string): RedisCall {
    return this.command(["hexists", key, field]);
  }
  /** Integer; 0 without the key. */
  hLen(key: string): RedisCall {
    return this.command(["hlen", key]);
  }
  /** Text, or null. */
  hGet(key: string, field: string): RedisCall {
    return this.command(["hget", key, field]);
  }
  /** Integer: 1 when the field is new, else 0. */
  hSet(key: string, field: string, value: string): RedisCall {
    return this.command(["hset", key, field, value]);
  }
  /** List of texts. */
  hKeys(key: string): RedisCall {
    return this.command(["hkeys", key]);
  }
  /** List of texts. */
  hVals(key: string): RedisCall {
    return this.command(["hvals", key]);
  }
  /** List of texts: name, value, name, value. */
  hGetAll(key: string): RedisCall {
    return this.command(["hgetall", key]);
  }
  /** Integer: the new value. */
  hIncrBy(key: string, field: string, by: i64): RedisCall {
    return this.command(["hincrby", key, field, by.toString()]);
  }
  /** Text: the new value. */
  hIncrByFloat(key: string, field: string, by: f64): RedisCall {
    return this.command(["hincrbyfloat", key, field, by.toString()]);
  }
  /** Integer; 0 without the key. */
  sCard(key: string): RedisCall {
    return this.command(["scard", key]);
  }
  /** Integer: 1 or 0. */
  sIsMember(key: string, member: string): RedisCall {
    return this.command(["sismember", key, member]);
  }
  /** List of texts, in no order. */
  sMembers(key: string): RedisCall {
    return this.command(["smembers", key]);
  }
  /** List of texts: what `a` has and `b` has not. */
  sDiff(a: string, b: string): RedisCall {
    return this.command(["sdiff", a, b]);
  }
  /** Integer: how many there are now at `to`. */
  sDiffStore(to: string, a: string, b: string): RedisCall {
    return this.command(["sdiffstore", to, a, b]);
  }
  /** List of texts: what both have. */
  sInter(a: string, b: string): RedisCall {
    return this.command(["sinter", a, b]);
  }
  /** As `sDiffStore`. */
  sInterStore(to: string, a: string, b: string): RedisCall {
    return this.command(["sinterstore", to, a, b]);
  }
  /** List of texts: what one of them has. */
  sUnion(a: string, b: string): RedisCall {
    return this.command(["sunion", a, b]);
  }
  /** As `sDiffStore`. */
  sUnionStore(to: string, a: string, b: string): RedisCall {
    return this.command(["sunionstore", to, a, b]);
  }
  /** Integer; 0 without the key. */
  zCard(key: string): RedisCall {
    return this.command(["zcard", key]);
  }
  /** Integer. `min` and `max` as Redis writes them: `1`, `(1`, `-inf`. */
  zCount(key: string, min: string, max: string): RedisCall {
    return this.command(["zcount", key, min, max]);
  }
  /** Text: the new score. */
  zIncrBy(key: string, member: string, by: f64): RedisCall {
    return this.command(["zincrby", key, by.toString(), member]);
  }
  /** Text, or null. */
  zScore(key: string, member: string): RedisCall {
    return this.command(["zscore", key, member]);
  }
  /** Integer, 0 for the lowest score; or null. */
  zRank(key: string, member: string): RedisCall {
    return this.command(["zrank", key, member]);
  }
  /** Integer, 0 for the highest score; or null. */
  zRevRank(key: string, member: string): RedisCall {
    return this.command(["zrevrank", key, member]);
  }
  /** List of texts, by ascending score. Both ends count, -1 is the last. */
  zRange(key: string, from: i32, to: i32): RedisCall {
    return this.command(["zrange", key, from.toString(), to.toString()]);
  }
  /** The same by descending score. */
  zRevRange(key: string, from: i32, to: i32): RedisCall {
    return this.command(["zrevrange", key, from.toString(), to.toString()]);
  }
  /** Integer: the new length. The last of the values stands first. */
  lPush(key: string, values: string[]): RedisCall {
    return this.command(list(["lpush", key], values));
  }
  /** Integer: the new length. */
  rPush(key: string, values: string[]): RedisCall {
    return this.command(list(["rpush", key], values));
  }
  /** Integer: how many fields were deleted. */
  hDel(key: string, fields: string[]): RedisCall {
    return this.command(list(["hdel", key], fields));
  }
  /** List of texts and nulls, in the order of the fields. */
  hMGet(key: string, fields: string[]): RedisCall {
    return this.command(list(["hmget", key], fields));
  }
  /** Integer: how many are new. */
  sAdd(key: string, members: string[]): RedisCall {
    return this.command(list(["sadd", key], members));
  }
  /** Integer: how many were removed. */
  sRem(key: string, members: string[]): RedisCall {
    return this.command(list(["srem", key], members));
  }
  /** Integer: how many were removed. */
  zRem(key: string, members: string[]): RedisCall {
    return this.command(list(["zrem", key], members));
  }
  /** `OK`. */
  hMSet(key: string, values: string[][]): RedisCall {
    return this.command(pairs(["hmset", key], values));
  }
  /** `[score, member]` pairs. */
  zAdd(key: string, members: string[][]): RedisCall {
    return this.command(pairs(["zadd", key], members));
  }
}
