import { fileURLToPath } from "node:url";
import {
  VirtualClock,
  startGateway,
  startRedis,
  upstream,
  type GatewayResponse,
  type StartOptions,
  type TestGateway,
} from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { readBudgets } from "../../../scripts/budgets/budgets.ts";
import { publishedModule } from "../src/plugins.ts";
import { embeddedPart } from "../src/real-parts.ts";

embeddedPart("redis");

// Half of a batch passes the limiter.
const IN_FLIGHT = 50;
const QPM = 25;
const WARM_UP = 10_000;
const SOAK = process.env["GATEWAY_SOAK_REQUESTS"] ? Number(process.env["GATEWAY_SOAK_REQUESTS"]) : undefined;
const LIMIT_MS = Math.max(600_000, 10 * (SOAK ?? 0));
const budgets = readBudgets(fileURLToPath(new URL("../../..", import.meta.url)));

const AUTH = "outbound|80||auth.static";
const REDIS = "outbound|80||redis.static";

interface Soak {
  plugin: string;
  options?: Partial<StartOptions>;
  /** Responses of a batch, by status. */
  expected: Record<number, number>;
}

const SOAKS: Soak[] = [
  { plugin: "hello-world", expected: { 200: IN_FLIGHT } },
  {
    plugin: "mock-response",
    options: { config: { mockEnable: true } },
    expected: { 200: IN_FLIGHT },
  },
  {
    plugin: "http-call",
    options: {
      config: { tokenHeader: "x-token", requestPath: "/auth", serviceName: "auth.static" },
      clusters: { [AUTH]: () => ({ headers: { "x-token": "secret" } }) },
    },
    expected: { 200: IN_FLIGHT },
  },
  {
    plugin: "redis-ratelimit",
    options: { config: { serviceName: "redis.static", qpm: QPM } },
    expected: { 200: QPM, 429: IN_FLIGHT - QPM },
  },
];

// What a test is told of a request costs more than the request: not here.
const LEAN = { trace: false, watchdogMs: 0 };

/** Starts a gateway for one soak; `afterBatch` brings its Redis back to where the batch began. */
async function start(soak: Soak, module: string, onTestFinished: (close: () => Promise<void>) => void) {
  const options = { ...LEAN, plugin: module, upstream: () => ({}), ...soak.options };
  if (soak.plugin !== "redis-ratelimit")
    return { gateway: await startGateway(options), afterBatch: () => undefined };
  // Time that stands still: no minute ends in the middle of a batch.
  const clock = new VirtualClock();
  const redis = await startRedis({ clock });
  onTestFinished(() => redis.close());
  return {
    gateway: await startGateway({ ...options, clock, clusters: { [REDIS]: redis } }),
    afterBatch: () => redis.flush(),
  };
}

const byStatus = (responses: GatewayResponse[]): Record<number, number> => {
  const counts: Record<number, number> = {};
  for (const { status } of responses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

async function send(
  gateway: TestGateway,
  requests: number,
  expected: Soak["expected"],
  afterBatch: () => void,
): Promise<void> {
  for (let sent = 0; sent < requests; sent += IN_FLIGHT) {
    const batch = Array.from({ length: IN_FLIGHT }, () => gateway.fetch("/"));
    expect(byStatus(await Promise.all(batch))).toEqual(expected);
    afterBatch();
  }
}

const RUNS = [
  { build: "release build", ending: ".wasm", requests: SOAK ?? 50_000, index: 0 },
  {
    build: "release build for the incremental runtime",
    ending: ".incremental.wasm",
    requests: SOAK ?? 50_000,
    index: 1,
  },
] as const;

describe.each(RUNS)("$requests requests through the $build", ({ ending, requests }) => {
  test.for(SOAKS)(
    "leave the memory of $plugin as the first ten thousand did, and no context",
    { timeout: LIMIT_MS },
    async (soak, { onTestFinished }) => {
      const module = publishedModule(soak.plugin).replace(/\.wasm$/, ending);
      const { gateway, afterBatch } = await start(soak, module, onTestFinished);
      await send(gateway, WARM_UP, soak.expected, afterBatch);
      const { memoryPages } = gateway;
      await send(gateway, requests - WARM_UP, soak.expected, afterBatch);
      expect(gateway.memoryPages).toBe(memoryPages);
      expect(memoryPages).toBeLessThanOrEqual(budgets[soak.plugin]!.pages);
      expect(gateway.liveContexts).toBe(1);
      expect(gateway.logs).toEqual([]);
    },
  );
});

// A cluster takes 1024 requests at once, so there are several, each with the calls of one domain.
const DOMAINS = 10;
const EACH = 1000;
const PAUSED = DOMAINS * EACH;

test.for(RUNS)(
  "10,000 requests that http-call holds at once all go on, and need no more memory the second time ($build)",
  { timeout: LIMIT_MS },
  async ({ ending, index }) => {
    const domains = Array.from({ length: DOMAINS }, (_, i) => `${i}.example.com`);
    let answered: Promise<void>[] = [];
    const services = domains.map((_, i) =>
      upstream(async () => {
        await answered[i];
        return { headers: { "x-token": "secret" } };
      }),
    );
    const serviceOf = (i: number) => ({
      tokenHeader: "x-token",
      requestPath: "/auth",
      serviceName: `auth${i}.static`,
      timeout: 60_000,
    });
    const gateway = await startGateway({
      ...LEAN,
      plugin: publishedModule("http-call").replace(/\.wasm$/, ending),
      config: { _rules_: domains.map((domain, i) => ({ _match_domain_: [domain], ...serviceOf(i) })) },
      clusters: Object.fromEntries(
        services.map((service, i) => [`outbound|80||auth${i}.static`, service] as const),
      ),
      upstream: () => ({}),
    });
    const holdAll = async (): Promise<void> => {
      const answers: (() => void)[] = [];
      answered = domains.map(() => new Promise<void>((resolve) => answers.push(resolve)));
      const held = domains.map((authority) =>
        Array.from({ length: EACH }, () => gateway.fetch("/", { authority })),
      );
      await gateway.advance(0);
      expect(services.map(({ requests }) => requests.length)).toEqual(domains.map(() => EACH));
      expect(gateway.liveContexts).toBe(1 + PAUSED);
      for (const [i, answer] of answers.entries()) {
        answer();
        expect(byStatus(await Promise.all(held[i]!))).toEqual({ 200: EACH });
        services[i]!.requests.length = 0;
      }
      expect(gateway.liveContexts).toBe(1);
    };
    await holdAll();
    const { memoryPages } = gateway;
    await holdAll();
    // The incremental runtime collects while it allocates: once more memory may double before the first round's is free.
    expect(gateway.memoryPages).toBeLessThanOrEqual(memoryPages * (index + 1));
  },
);
