import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startIn } from "../../cli/test/gateway.ts";
import { freePort } from "@gateway-plugins/test-parts/free-port";
import { publishedModule } from "../src/plugins.ts";
import { firstBlock } from "../src/readme.ts";
import { describeOnEnvoy } from "../src/real-parts.ts";

const LIMIT_MS = 60_000;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "dev-engine-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

async function serveWithEnvoy(cwd: string, ...args: string[]) {
  const dev = startIn(cwd, "dev", ...args, "--engine", "envoy");
  onTestFinished(async () => {
    dev.child.kill("SIGTERM");
    await dev.finished;
  });
  const [, url] = await dev.printed(/Serving on (http:\S+) with \S*envoy\S*\. Try/);
  await dev.printed(/Ctrl-C stops\./);
  return { dev, url: url! };
}

describeOnEnvoy("gateway dev --engine envoy", () => {
  it("serves modules with a bootstrap of its own", { timeout: LIMIT_MS }, async () => {
    const module = publishedModule("mock-response");
    const { dev, url } = await serveWithEnvoy(
      folder(),
      publishedModule("hello-world"),
      module,
      "--config",
      "",
      "--config",
      `{"mockEnable":false}`,
      "--port",
      "0",
      "--admin-port",
      "0",
    );
    const echoed = (await (await fetch(url)).json()) as { headers: Record<string, string> };
    expect(echoed.headers["hello"]).toEqual(["world", "world"]);
    expect(echoed.headers["x-envoy-expected-rq-timeout-ms"]).toBe("15000");
    dev.child.kill("SIGINT");
    expect((await dev.finished).code).toBe(0);
  });

  it("serves an envoy.yaml, with what flags say of it", { timeout: LIMIT_MS }, async () => {
    const cwd = folder();
    const document = readFileSync(new URL("../../../docs/local-debugging.md", import.meta.url), "utf8");
    const yaml = firstBlock(document, "yaml")
      .replace("port_value: 10000", `port_value: ${await freePort()}`)
      .replace("port_value: 9901", "port_value: 0");
    writeFileSync(join(cwd, "envoy.yaml"), yaml);
    copyFileSync(publishedModule("mock-response"), join(cwd, "main.wasm"));
    const { url } = await serveWithEnvoy(cwd, "envoy.yaml", "--cluster", "httpbin=echo");
    const echoed = (await (await fetch(`${url}/get`)).json()) as { headers: Record<string, string> };
    expect(echoed.headers["hello"]).toBe("world");
  });

  it("tells what Envoy says when it refuses the module", { timeout: LIMIT_MS }, async () => {
    const dev = startIn(
      folder(),
      "dev",
      publishedModule("redis-ratelimit"),
      "--engine",
      "envoy",
      "--port",
      "0",
    );
    const { code, stderr } = await dev.finished;
    expect(stderr).toMatch(
      /redis-ratelimit\.wasm loads on Higress only: imports proxy_redis[^]*missing import: env\.proxy_redis[^]*error\[envoy-failed\]: Envoy ended before it served/,
    );
    expect(code).toBe(1);
  });
});
