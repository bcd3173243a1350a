import { createConnection, type Socket } from "node:net";
import type { Clock, Timer } from "../clock.ts";
import type { RedisClientOptions, RedisConnection, RedisOutcome } from "./client.ts";
import { VirtualClock } from "../virtual-clock.ts";
import { RespParser } from "./resp-parser.ts";
import { encodeCommand } from "./resp.ts";

/**
 * A client as Higress's (source/common/redis/async_client_impl.cc): connects at the first command, sends `AUTH` and
 * `SELECT` first and ignores their answers, pipelines in order on one connection. Whatever ends the connection (refused,
 * connect or operation timeout, closed, not RESP2) fails everything pending on it; the next command connects anew.
 */
export function connectRedis(options: RedisClientOptions, clock: Clock): RedisConnection {
  return new LazyConnection(options, clock);
}

type Done = (outcome: RedisOutcome) => void;

class LazyConnection implements RedisConnection {
  readonly #options: RedisClientOptions;
  readonly #clock: Clock;
  #link: Link | undefined;
  #closed = false;

  constructor(options: RedisClientOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  send(query: Uint8Array, done: Done): void {
    if (this.#closed) {
      setImmediate(done, { status: "network-error" });
      return;
    }
    if (this.#link === undefined || this.#link.broken) this.#link = new Link(this.#options, this.#clock);
    this.#link.send(query, done);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#link?.break();
  }
}

/** One TCP connection, from its connect to its end. */
class Link {
  broken = false;
  readonly #options: RedisClientOptions;
  readonly #clock: Clock;
  readonly #socket: Socket;
  readonly #parser = new RespParser();
  #pending: Done[] = [];
  /** Commands that have not left yet. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #flushTimer: Timer | undefined;
  #connected = false;
  /** One for the connection: for its connect first, then for the oldest pending command since the last answer. */
  #timer: Timer | undefined;

  constructor(options: RedisClientOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#socket = createConnection({ host: options.address, port: options.port, noDelay: true });
    this.#arm(options.connectTimeoutMs);
    this.#socket.on("connect", () => {
      this.#connected = true;
      this.#arm(options.timeoutMs);
    });
    this.#socket.on("data", (chunk) => this.#receive(chunk));
    this.#socket.on("error", () => this.break());
    this.#socket.on("close", () => this.break());
    this.#greet();
  }

  send(query: Uint8Array, done: Done): void {
    this.#pending.push(done);
    this.#waiting.push(query);
    this.#waitingBytes += query.length;
    if (this.#waitingBytes >= this.#options.flushBytes) this.#flush();
    else this.#flushTimer ??= this.#laterFlush();
    if (this.#connected && this.#pending.length === 1) this.#arm(this.#options.timeoutMs);
  }

  #laterFlush(): Timer {
    const flush = () => this.#flush();
    if (!(this.#clock instanceof VirtualClock)) return this.#clock.after(this.#options.flushMs, flush);
    const turn = setImmediate(flush);
    return { cancel: () => clearImmediate(turn) };
  }

  #flush(): void {
    this.#flushTimer?.cancel();
    this.#flushTimer = undefined;
    this.#socket.write(Buffer.concat(this.#waiting));
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  break(): void {
    if (this.broken) return;
    this.broken = true;
    this.#timer?.cancel();
    this.#flushTimer?.cancel();
    this.#socket.destroy();
    const pending = this.#pending;
    this.#pending = [];
    // A turn later: a caller may close the client while it sends.
    setImmediate(() => {
      for (const done of pending) done({ status: "network-error" });
    });
  }

  #arm(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.after(ms, () => this.break());
  }

  #greet(): void {
    const { username, password, database } = this.#options;
    const ignore = (): void => undefined;
    if (username !== "") this.send(encodeCommand(["AUTH", username, password]), ignore);
    else if (password !== "") this.send(encodeCommand(["AUTH", password]), ignore);
    if (database !== 0) this.send(encodeCommand(["SELECT", String(database)]), ignore);
  }

  #receive(chunk: Uint8Array): void {
    const { replies, problem } = this.#parser.push(chunk);
    for (const { raw } of replies) {
      const done = this.#pending.shift();
      // An answer that nobody asked for: the order is lost.
      if (done === undefined) return this.break();
      if (this.#pending.length > 0) this.#arm(this.#options.timeoutMs);
      else this.#timer?.cancel();
      done({ status: "ok", reply: raw });
      if (this.broken) return;
    }
    if (problem !== undefined) this.break();
  }
}
