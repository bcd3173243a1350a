import { startGateway } from "../../src/index.ts";
import { expect, test } from "../../src/vitest/index.ts";
import { guest } from "@gateway-plugins/test-parts/guests/guest";

const evaluating = (expression: string) =>
  guest((p) =>
    p.on(
      "proxy_on_request_headers",
      `${p.hexGiven("create", "proxy_call_foreign_function", p.text("expr_create"), p.text(expression))}
       (if (i32.load (i32.const 44)) (then (i32.store (i32.const 24) (i32.load (i32.load (i32.const 40))))
         ${p.hexGiven("value", "proxy_call_foreign_function", p.text("expr_evaluate"), "(i32.const 24) (i32.const 4)")}))`,
    ),
  );

test("evaluates expressions over the request", async () => {
  const gateway = await startGateway({
    plugin: evaluating("request.method == 'GET' && request.headers['x-role'] in ['admin', 'owner']"),
  });
  await gateway.fetch("/", { headers: { "x-role": "owner" } });
  expect(gateway.logs.map(({ message }) => message)).toEqual(["create 0", "00000000", "value 0", "01"]);
});

test.for([
  ["a function that only Envoy has", "duration('1s')", "duration()"],
  ["a time", "request.time > 1", "request.time"],
] as const)("names %s as not simulated", async ([, expression, said]) => {
  const gateway = await startGateway({ plugin: evaluating(expression) });
  await gateway.fetch("/");
  expect(gateway.takeFault("not-simulated").message).toContain(said);
});

test("takes expressions nested deep without harm", async () => {
  const gateway = await startGateway({ plugin: evaluating("(".repeat(10_000)) });
  await gateway.fetch("/");
  expect(gateway.logs.map(({ message }) => message)).toEqual(["create 2", ""]);
});
