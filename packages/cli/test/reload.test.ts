import { once } from "node:events";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { GUIDE } from "@gateway-plugins/test-parts/guide";
import { startIn, temporaryFolder, writeModule, type Started } from "./gateway.ts";
import { pluginProject } from "./plugin-project.ts";

const ANY_PORTS = ["--port", "0", "--admin-port", "0"];

async function serveIn(folder: string, ...args: string[]): Promise<{ dev: Started; url: string }> {
  const dev = startIn(folder, "dev", ...args);
  onTestFinished(async () => {
    dev.child.kill("SIGTERM");
    await dev.finished;
  });
  const [, url] = await dev.printed(/Serving on (http:\S+)/);
  await dev.printed(/Ctrl-C stops\.\n/);
  return { dev, url: url! };
}

/** The header that the plugin project puts on requests, as the echo upstream shows it. */
async function answer(url: string): Promise<string | undefined> {
  const echoed = (await (await fetch(url)).json()) as { headers: Record<string, string> };
  return echoed.headers["answer"];
}

describe("gateway dev in a plugin's folder", () => {
  it("serves what source and dev.json say now, or what worked before, and says once why", async () => {
    const project = pluginProject();
    project.write("dev.json", `{"config":{"word":"a"}}`);
    const { dev, url } = await serveIn(project.folder, ...ANY_PORTS);
    expect(await answer(url)).toBe("first a");

    project.answer("second");
    await dev.printed(/Reloaded in \d+ ms: assembly\/answer\.ts\n/);
    expect(await answer(url)).toBe("second a");

    const broken = readFileSync(join(project.folder, "assembly/answer.ts"), "utf8").replace(
      "string",
      "strong",
    );
    project.write("assembly/answer.ts", broken);
    await dev.printed(
      /error\[compile-failed\]: [^]*strong[^]*assembly\/answer\.ts: not taken; what ran before/,
    );
    expect(await answer(url)).toBe("second a");
    project.write("assembly/plugin.ts", readFileSync(join(project.folder, "assembly/plugin.ts"), "utf8"));

    project.answer("third");
    await dev.printed(/Reloaded in [^]*Reloaded in \d+ ms: .*assembly\/answer\.ts\n/);
    expect(await answer(url)).toBe("third a");
    expect(dev.output().match(/compile-failed/g)).toEqual(["compile-failed"]);

    project.write("dev.json", `{"config":{"word":{}}}`);
    await dev.printed(
      /error\[configuration-rejected\]: Plugin answers: .*\n[^]*\$\.word[^]*dev\.json: not taken; what ran before/,
    );
    expect(await answer(url)).toBe("third a");
    project.write("dev.json", `{"config":{"word":"b"}}`);
    await dev.printed(/Reloaded in \d+ ms: dev\.json\n/);
    expect(await answer(url)).toBe("third b");
  });

  it.each([
    [`{"confg":{}}`, "there is no key confg. Did you mean config?"],
    [`{"clusters":[1]}`, "clusters must be an object of names and targets"],
    [`[]`, "must be an object"],
  ])("refuses the dev.json %s", async (text, message) => {
    const project = pluginProject();
    project.write("dev.json", text);
    const { code, stderr } = await startIn(project.folder, "dev", ...ANY_PORTS).finished;
    expect(stderr).toContain(`error[file-unreadable]: ${join(project.folder, "dev.json")}: ${message}`);
    expect(code).toBe(1);
  });
});

describe("gateway dev with files", () => {
  it("serves a module that has been built anew", async () => {
    const folder = temporaryFolder();
    const module = writeModule(join(folder, "a.wasm"));
    const { dev, url } = await serveIn(folder, "a.wasm", ...ANY_PORTS);
    expect((await fetch(url)).status).toBe(200);
    const trap = `(func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32) unreachable)`;
    writeModule(module, "", trap);
    await dev.printed(/Reloaded in \d+ ms: a\.wasm\n/);
    expect((await fetch(url)).status).toBe(503);
    await dev.printed(/fault\[trap\] a: /);
  });

  it("loses no request while it reloads", async () => {
    const sockets: { end(text: string): unknown }[] = [];
    const upstream = createServer((socket) => {
      socket.once("data", () => sockets.push(socket));
      upstream.emit("request");
    }).listen(0, "127.0.0.1");
    await once(upstream, "listening");
    onTestFinished(() => void upstream.close());
    const folder = temporaryFolder();
    const module = writeModule(join(folder, "a.wasm"));
    const to = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
    const { dev, url } = await serveIn(folder, "a.wasm", "--upstream", to, ...ANY_PORTS);
    const reached = once(upstream, "request");
    const underWay = fetch(url);
    await reached;
    writeModule(module, "", `(func (export "proxy_on_log") (param i32))`);
    await dev.printed(/Reloaded in/);
    sockets[0]!.end("HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nlate");
    expect(await (await underWay).text()).toBe("late");
  });

  it("serves an envoy.yaml that has been changed, and keeps the last good one", async () => {
    const folder = temporaryFolder();
    const yaml = readFileSync(GUIDE, "utf8")
      .replace(/port_value: 10000/, "port_value: 0")
      .replace(/port_value: 9901/, "port_value: 0");
    writeFileSync(join(folder, "envoy.yaml"), yaml);
    copyFileSync(writeModule(join(folder, "plugin.wasm")), join(folder, "main.wasm"));
    const { dev, url } = await serveIn(folder, "envoy.yaml", "--cluster", "httpbin=echo");
    writeFileSync(join(folder, "envoy.yaml"), yaml.replace("static_resources:", "static_resource:"));
    await dev.printed(/error\[envoy-configuration\]: envoy\.yaml:[^]*what ran before still serves/);
    expect((await fetch(`${url}/get`)).status).toBe(200);
    writeFileSync(join(folder, "envoy.yaml"), yaml.replace(/prefix: *"?\/"?/, 'prefix: "/only"'));
    await dev.printed(/Reloaded in \d+ ms: envoy\.yaml\n/);
    expect((await fetch(`${url}/get`)).status).toBe(404);
  });
});
