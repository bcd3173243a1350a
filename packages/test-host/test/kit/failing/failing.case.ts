import { startGateway, upstream } from "../../../src/index.ts";
import { expect, test } from "../../../src/vitest/index.ts";
import { asking, complaining, growing, refusing, trapping, waiting } from "../guests.ts";

// Run by kit/checks.test.ts: every one of these has to fail, but those that say "passes".
const never = upstream(() => new Promise(() => undefined));

test("trap", async () => {
  await (await startGateway({ plugin: trapping, name: "trapping" })).fetch("/");
});

test("callout-unanswered", async () => {
  const gateway = await startGateway({ plugin: waiting, clusters: { auth: never } });
  void gateway.fetch("/");
});

test("request-unfinished", async () => {
  const gateway = await startGateway({ plugin: complaining, upstream: never, logLevel: "critical" });
  void gateway.fetch("/slow");
});

test("error-log", async () => {
  await (await startGateway({ plugin: complaining })).fetch("/");
});

test("memory-growing", async () => {
  const gateway = await startGateway({ plugin: growing, trace: false });
  for (let i = 0; i < 200; i++) await gateway.fetch("/");
});

test("a failed expectation", async () => {
  const gateway = await startGateway({ plugin: refusing, name: "refusing" });
  const response = await gateway.fetch("/orders");
  expect(response.status).toBe(200);
});

test.concurrent("concurrent: passes", async () => {
  await (await startGateway({ plugin: asking, clusters: { auth: upstream() } })).fetch("/");
});

test.concurrent("concurrent: trap", async () => {
  await (await startGateway({ plugin: trapping })).fetch("/");
});
