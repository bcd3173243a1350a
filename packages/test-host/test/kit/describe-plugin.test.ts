import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startGateway, upstream } from "../../src/index.ts";
import { afterAll, describePlugin, expect, test } from "../../src/vitest/index.ts";
import { guest } from "@gateway-plugins/test-parts/guests/guest";
import { asking } from "./guests.ts";

const directory = mkdtempSync(join(tmpdir(), "builds-"));
const redis = guest(({ on, run, text }) =>
  on("proxy_on_configure", run("proxy_redis_init", text("redis"), text(""), text(""), 500)),
);
for (const [file, bytes] of Object.entries({
  "asking.wasm": asking,
  "asking.debug.wasm": asking,
  "asking.redis.wasm": redis,
  "other.wasm": asking,
}))
  writeFileSync(join(directory, file), bytes);

const titles: string[] = [];
describePlugin(
  "asking",
  { directory: pathToFileURL(directory) },
  (build) => {
    test("serves", async ({ task }) => {
      titles.push(task.suite?.name ?? "");
      const service = upstream();
      const clusters = { auth: upstream(), redis: "redis://127.0.0.1:1" };
      const gateway = await startGateway({ ...build, clusters, upstream: service });
      await gateway.fetch("/", { body: "a body that can be cut" });
      expect(service.requests[0]?.text()).toBe("a body that can be cut");
    });
  },
  { "whole bodies": {}, "cut bodies": { chunks: 7 } },
);

test("runs a suite over builds, gateways that load them and variations, and names each in the title", () => {
  const both = (file: string, profiles: string[]) =>
    profiles.flatMap((profile) =>
      ["whole bodies", "cut bodies"].map((variation) => `asking (${file}, ${profile}, ${variation})`),
    );
  expect(titles).toEqual([
    ...both("asking.debug.wasm", ["envoy", "higress"]),
    ...both("asking.redis.wasm", ["higress"]),
    ...both("asking.wasm", ["envoy", "higress"]),
  ]);
});

test.for([
  ["no folder", join(directory, "empty"), "There is no build of nothing: build the plugin first"],
  ["nothing in the folder", "test", "There is no build of nothing: build the plugin first"],
  [
    "another plugin's",
    pathToFileURL(directory),
    "There is no build of nothing, but of asking: is that its new name?",
  ],
] as const)("says what to do when there is no build: %s", ([, folder, problem]) => {
  expect(() => describePlugin("nothing", { directory: folder }, () => undefined)).toThrow(problem);
});

afterAll(() => rmSync(directory, { recursive: true }));
