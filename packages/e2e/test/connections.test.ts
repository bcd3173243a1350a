import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { serve, type GatewayConfig } from "@gateway-plugins/test-host/live";
import { expect, test } from "vitest";
import { publishedModule } from "../src/plugins.ts";

const CONNECTIONS = 1000;
const ROUNDS = 10;
const REQUESTS_A_ROUND = 10;
/** Connections opened at once: fewer than wait in line to be accepted. */
const AT_ONCE = 100;
const LIMIT_MS = 300_000;
/** What the heap may have more after the last round than after the first, in bytes for each request between them. */
const BYTES_A_REQUEST = 16;

function configuration(): GatewayConfig {
  const module = publishedModule("hello-world");
  return {
    listeners: [
      {
        name: "listener",
        address: { address: "127.0.0.1", port: 0 },
        virtualHosts: [
          {
            name: "all",
            domains: ["*"],
            routes: [
              { name: "all", match: { prefix: "/" }, action: { cluster: "upstream" }, timeoutMs: 15_000 },
            ],
          },
        ],
        filters: [
          {
            name: "hello-world",
            pluginName: "hello-world",
            rootId: "",
            vmId: "",
            code: { bytes: new Uint8Array(readFileSync(module)), path: module },
            vmConfiguration: new Uint8Array(),
            configuration: new Uint8Array(),
            failOpen: false,
          },
        ],
      },
    ],
    clusters: [
      {
        name: "upstream",
        connectTimeoutMs: 5000,
        // As many as there are connections may ask at once.
        circuitBreaker: { maxConnections: CONNECTIONS, maxRequests: CONNECTIONS },
        endpoints: [
          {
            handler: ({ path, headers }) => ({
              body: `${headers.find(([name]) => name === "hello")?.[1]} of ${path}`,
            }),
          },
        ],
      },
    ],
  };
}

/** A client that sends its requests one by one, and counts what comes back in its place. */
class Client {
  readonly #socket: ReturnType<typeof connect>;
  readonly #id: number;
  #sent = 0;
  #unread = "";
  #wanted = 0;
  #done: (() => void) | undefined;
  #failed: ((error: Error) => void) | undefined;
  answered = 0;

  constructor(port: number, id: number) {
    this.#id = id;
    this.#socket = connect(port, "127.0.0.1");
    this.#socket.setNoDelay(true);
    this.#socket.on("data", (bytes: Buffer) => this.#read(bytes));
    this.#socket.on("error", (error) => this.#failed?.(error));
    this.#socket.on("close", () => this.#failed?.(new Error(`connection ${id} was closed`)));
  }

  async opened(): Promise<this> {
    await once(this.#socket, "connect");
    return this;
  }

  run(requests: number): Promise<void> {
    this.#wanted = this.answered + requests;
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#failed = reject;
      this.#send();
    });
  }

  end(): void {
    this.#failed = undefined;
    this.#socket.destroy();
  }

  #send(): void {
    this.#socket.write(`GET /${this.#id}/${this.#sent++} HTTP/1.1\r\nhost: a\r\n\r\n`);
  }

  #read(bytes: Buffer): void {
    this.#unread += bytes.toString("latin1");
    const body = `world of /${this.#id}/${this.#sent - 1}`;
    if (!this.#unread.endsWith(body)) return;
    if (!this.#unread.startsWith("HTTP/1.1 200 OK\r\n")) this.#failed?.(new Error(this.#unread));
    this.#unread = "";
    this.answered++;
    if (this.answered < this.#wanted) this.#send();
    else this.#done?.();
  }
}

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

test(
  "100,000 requests over 1,000 connections lose none, and leave memory as it was",
  { timeout: LIMIT_MS },
  async () => {
    // A thread for each callback, to watch over it, would take two thirds of the time.
    const live = await serve(configuration(), { profile: "envoy", watchdogMs: 0 });
    const { port } = live.listeners["listener"]!;
    const clients: Client[] = [];
    while (clients.length < CONNECTIONS) {
      const next = Array.from({ length: AT_ONCE }, (_, i) => new Client(port, clients.length + i));
      clients.push(...(await Promise.all(next.map((client) => client.opened()))));
    }
    const round = () => Promise.all(clients.map((client) => client.run(REQUESTS_A_ROUND)));
    await round();
    const [heap, { memoryPages }] = [heapBytes(), live.gateway.stats().plugins[0]!];
    for (let rounds = 1; rounds < ROUNDS; rounds++) await round();
    const grown = heapBytes() - heap;
    const { requests, activeStreams, plugins } = live.gateway.stats();
    expect(clients.reduce((sum, client) => sum + client.answered, 0)).toBe(100_000);
    expect([requests, activeStreams]).toEqual([100_000, 0]);
    expect([plugins[0]!.memoryPages, plugins[0]!.liveContexts]).toEqual([memoryPages, 1]);
    expect(grown).toBeLessThan(BYTES_A_REQUEST * CONNECTIONS * REQUESTS_A_ROUND * (ROUNDS - 1));
    for (const client of clients) client.end();
    await live.close();
  },
);
