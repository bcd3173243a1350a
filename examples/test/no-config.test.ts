import { fileURLToPath } from "node:url";
import { startGateway, upstream } from "@gateway-plugins/test-host";
import { describePlugin, expect, test } from "@gateway-plugins/test-host/vitest";

describePlugin("no-config", [fileURLToPath(new URL("../dist/no-config.wasm", import.meta.url))], (build) => {
  test("answers 200 hello world to every request", async () => {
    const service = upstream();
    const gateway = await startGateway({ ...build, upstream: service });
    const response = await gateway.fetch("/anything", { body: "text" });
    expect([response.status, response.text()]).toEqual([200, "hello world"]);
    expect(service.requests).toEqual([]);
  });
});
