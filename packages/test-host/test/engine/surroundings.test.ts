import { startGateway } from "../../src/index.ts";
import { expect, test } from "../../src/vitest/index.ts";
import { guest, type Parts } from "@gateway-plugins/test-parts/guests/guest";

const call = (p: Parts, name: string, argument: string) =>
  p.hexGiven("f", "proxy_call_foreign_function", p.text(name), p.text(argument));

test("calls the foreign functions of the test, in front of the gateway's own", async () => {
  const asked: string[] = [];
  const gateway = await startGateway({
    plugin: guest((p) =>
      p.on(
        "proxy_on_request_headers",
        call(p, "mine", "x") + call(p, "compress", "y") + call(p, "refuses", "") + call(p, "toString", ""),
      ),
    ),
    foreignFunctions: {
      mine: (argument) => void asked.push(Buffer.from(argument).toString()) as undefined,
      compress: () => "ok",
      refuses: () => 7,
    },
  });
  await gateway.fetch("/");
  expect(gateway.logs.map(({ message }) => message)).toEqual([
    "f 0",
    "",
    "f 0",
    "6f6b",
    "f 7",
    "",
    "f 1",
    "",
  ]);
  expect(asked).toEqual(["x"]);
});

test("resolves the names of the test, and tells of others with an empty list", async () => {
  const gateway = await startGateway({
    plugin: guest(
      (p) =>
        p.on(
          "proxy_on_request_headers",
          p.result("envoy_resolve_dns", p.text("a.test"), 16) +
            p.result("envoy_resolve_dns", p.text("b.test"), 16),
        ) +
        p.on(
          "envoy_on_resolve_dns",
          `(call $logNumber (local.get $token)) ${p.hexGiven("a", "proxy_get_buffer_bytes", 8, 0, 99)}`,
        ),
    ),
    dns: { "a.test": ["10.1.2.3"] },
  });
  await gateway.fetch("/");
  const list = Buffer.from("\x01\0\0\0\0\0\0\x0010.1.2.3:0\0").toString("hex");
  expect(gateway.logs.map(({ message }) => message)).toEqual([
    "2",
    "a 0",
    list,
    "0",
    "3",
    "a 0",
    "00000000",
    "0",
  ]);
});
