/**
 * What the gateway's Redis client needs from the outside; one per (cluster, settings), one connection, pipelined.
 * Semantics of Higress's async client: reference/proxy-wasm-abi 2.1.
 */
export interface RedisClientOptions {
  address: string;
  port: number;
  username: string;
  password: string;
  database: number;
  /** Milliseconds for one operation; when it passes, the connection closes and everything pending on it fails. */
  timeoutMs: number;
  connectTimeoutMs: number;
  /** Commands wait this many milliseconds for more of them, to leave together. With virtual time until the next turn. */
  flushMs: number;
  /** Bytes at which what waits leaves at once; 0 sends every command by itself. */
  flushBytes: number;
}

export const DEFAULT_FLUSH_MS = 3;
export const DEFAULT_FLUSH_BYTES = 1024;

export type RedisOutcome = { status: "ok"; reply: Uint8Array } | { status: "network-error" };

export interface RedisConnection {
  /** Sends raw RESP bytes that expect exactly one reply. `done` is called once, asynchronously. */
  send(query: Uint8Array, done: (outcome: RedisOutcome) => void): void;
  close(): Promise<void>;
}
