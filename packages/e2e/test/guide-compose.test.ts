import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GUIDE } from "@gateway-plugins/test-parts/guide";
import { expect, onTestFinished, test } from "vitest";
import { start } from "../src/command.ts";
import { buildGo } from "../src/foreign.ts";
import { header } from "../src/http1.ts";
import { fetchRaw, request } from "../src/raw-client.ts";
import { describeWith } from "../src/real-parts.ts";
import { startRecordingUpstream } from "../src/recording-upstream.ts";

const BIN = fileURLToPath(new URL("../../cli/bin/gateway.js", import.meta.url));
const LIMIT_MS = 300_000;

describeWith("go", "the guide's compose example, with gateway dev in place of Docker", () => {
  test(
    "shows the header that main.wasm adds, and its mock once the file says so",
    { timeout: LIMIT_MS },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "wasm-demo-"));
      const httpbin = await startRecordingUpstream();
      onTestFinished(async () => {
        await httpbin.close();
        await rm(folder, { recursive: true });
      });
      await copyFile(await buildGo("mock"), join(folder, "main.wasm"));
      const yaml = join(folder, "envoy.yaml");
      // The ports that the file names may be somebody else's in a test run.
      const guide = await readFile(GUIDE, "utf8");
      const text = guide.replace(/port_value: (9901|10000)/g, "port_value: 0");
      await writeFile(yaml, text);

      const dev = start(
        process.execPath,
        [BIN, "dev", "envoy.yaml", "--cluster", `httpbin=http://${httpbin.address}`],
        { cwd: folder },
      );
      onTestFinished(async () => {
        dev.child.kill("SIGKILL");
        await dev.finished;
      });
      const [, port] = await dev.printed(/Serving on http:\S+?:(\d+)/);
      const curl = () => fetchRaw(Number(port), request("/get", { headers: { accept: "*/*" } }));

      expect((await curl()).body.toString()).toBe("upstream");
      const [seen] = httpbin.requests;
      const names = ["accept", "hello", "x-forwarded-proto", "x-envoy-expected-rq-timeout-ms"];
      expect(names.map((name) => header(seen!, name))).toEqual(["*/*", "world", "https", "15000"]);

      await writeFile(yaml, text.replace('"mockEnable": false', '"mockEnable": true'));
      await dev.printed(/Reloaded in \d+ ms: envoy\.yaml/);
      expect((await curl()).body.toString()).toBe("hello world");
      expect(httpbin.requests.length).toBe(1);
    },
  );
});
