import { startGateway, upstream } from "@gateway-plugins/test-host";
import { beforeAll, describe, expect, test } from "vitest";
import { stringValue } from "../src/bootstrap.ts";
import { type Both, startBoth } from "../src/both.ts";
import { buildRust } from "../src/foreign.ts";
import { header, statusOf } from "../src/http1.ts";
import { fetchRaw, request } from "../src/raw-client.ts";
import { describeOnEnvoy, describeWith } from "../src/real-parts.ts";
import { response, startRecordingUpstream, type RecordingUpstream } from "../src/recording-upstream.ts";
import { cluster } from "../src/wire/wire-file.ts";

const BUILD_LIMIT_MS = 300_000;

describeWith("rust", "a plugin built with Rust and proxy-wasm, unmodified", () => {
  let wasm = "";
  beforeAll(async () => {
    wasm = await buildRust();
  }, BUILD_LIMIT_MS);

  test("a trap shows the names of Rust's functions", async () => {
    const gateway = await startGateway({
      plugin: wasm,
      config: "service",
      clusters: { service: upstream() },
    });
    expect((await gateway.fetch("/panic")).status).toBe(503);
    expect(gateway.takeFault("trap").message).toMatch(
      /at foreign::index_out_of_range \(0x[^]*HttpContext>::on_http_request_headers \(0x/,
    );
    expect(gateway.logs.map(({ message }) => message).join()).toContain("index out of bounds");
    await gateway.close();
  });

  describeOnEnvoy("does the same here and on Envoy", () => {
    let both: Both;
    let service: RecordingUpstream;
    let origin: RecordingUpstream;
    beforeAll(async () => {
      service = await startRecordingUpstream();
      origin = await startRecordingUpstream();
      const configuration = stringValue("service");
      const filters = [{ name: "rust", wasm, plugin: { configuration } }];
      both = await startBoth([{ name: "rust", filters }], origin.address, [
        cluster("service", service.address),
      ]);
      return async () => {
        await both.stop();
        await Promise.all([service.close(), origin.close()]);
      };
    });

    describe.each(["envoy", "live"] as const)("%s", (gateway) => {
      test.for([
        ["/yes", "yes", 200, "UPSTREAM", "yes"],
        ["/no", "no", 403, "NOT YOU", undefined],
      ] as const)("asks the service about %s", async ([path, verdict, status, body, seen]) => {
        origin.forget();
        origin.script = () => response(200, "upstream");
        service.script = () => response(200, verdict);
        const reply = await fetchRaw(both.portOn(gateway, "rust"), request(path));
        expect([statusOf(reply), reply.body.toString()]).toEqual([status, body]);
        expect(origin.requests[0] && header(origin.requests[0], "x-verdict")).toBe(seen);
        expect(header(reply, "x-by")).toBe(status === 403 ? "rust" : undefined);
      });

      test("answers 503 when it panics, and from then on", async () => {
        for (const path of ["/panic", "/yes"]) {
          expect(statusOf(await fetchRaw(both.portOn(gateway, "rust"), request(path)))).toBe(503);
        }
      });
    });

    test("the log lines are the same", () => {
      const lines = both.logOf("envoy");
      expect(lines.length).toBeGreaterThan(2);
      expect(both.logOf("live")).toEqual(lines);
    });
  });
});
