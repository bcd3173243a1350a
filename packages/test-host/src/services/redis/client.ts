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
}

export type RedisOutcome = { status: "ok"; reply: Uint8Array } | { status: "network-error" };

export interface RedisConnection {
  /** Sends raw RESP bytes that expect exactly one reply. `done` is called once, asynchronously. */
  send(query: Uint8Array, done: (outcome: RedisOutcome) => void): void;
  close(): Promise<void>;
}
