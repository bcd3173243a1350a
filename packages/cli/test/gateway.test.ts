import { copyFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { GUIDE } from "@gateway-plugins/test-parts/guide";
import { gateway, start, temporaryFolder, writeModule } from "./gateway.ts";

const REDIS_IMPORT = `(import "env" "proxy_redis_call" (func (param i32 i32 i32 i32 i32) (result i32)))`;

const PLAIN = writeModule(join(temporaryFolder(), "plain.wasm"));

describe("a wrong call", () => {
  it.each([
    [["buidl"], "Did you mean gateway build?"],
    [["dev", "--prot", "1"], "Did you mean --port?"],
    [["dev", "x.wasm", "--port", "ten"], '--port is a port from 0 (any free one) to 65535, not "ten".'],
    [["check"], "Name a .wasm file"],
    [["dev", "x.wasm", "--release"], "--release does not go with x.wasm: only with a plugin's folder."],
    [["dev", "envoy.yaml", "--port", "1"], "--port does not go with envoy.yaml: not with an envoy.yaml"],
    [["dev", "x.wasm", "--engine", "nginx"], '--engine is node, envoy, not "nginx".'],
    [["dev", "x.wasm", "--engine", "envoy", "--trace"], "--trace does not go with --engine envoy"],
    [["dev", "x.wasm", "--route", "a=b"], "the prefix begins with /"],
    [["dev", "x.wasm", "--route", "a="], "--route a=: write --route <name>=<prefix>."],
    [["dev", "x.wasm", "--cluster", "a"], "--cluster a: write --cluster <name>=<url>."],
    [["dev", "x.wasm", "--cluster", "a="], "--cluster a=: write --cluster <name>=<url>."],
    [["dev", "x.wasm", "--cluster", "=b"], "--cluster =b: write --cluster <name>=<url>."],
    [["dev", PLAIN, "--cluster", "a=ftp://b"], "--cluster a=ftp://b: give http://host:port, echo"],
    [["dev", PLAIN, "--cluster", "a=http://b/c"], "--cluster a=http://b/c: only host and port count"],
    [["dev", "envoy.yaml", "--wasm", "a="], "--wasm a=: write --wasm <name>=<file>."],
    [["dev", "x.wasm", "--host", ""], "--host is empty: write --host <address>."],
    [["dev", "x.wasm", "--port", ""], "--port is empty: write --port <number>."],
    [["dev", "x.wasm", "--upstream", ""], "--upstream is empty: write --upstream <url|echo>."],
    [["dev", PLAIN, "--upstream", "http://"], "--upstream http://: give http://host:port, echo"],
    [["dev", "x.wasm", "--redis", ""], "--redis is empty: write --redis <url|memory>."],
    [["dev", "x.wasm", "--redis", "http://a"], "--redis http://a: give redis://host:port or memory"],
    [["dev", "x.wasm", "--profile", ""], '--profile is envoy, higress, not "".'],
    [["dev", "x.wasm", "--log-level", "loud"], "--log-level is trace, debug, info, warn, error, critical"],
    [["dev", "x.wasm", "--config", "@"], "--config @: name the file: --config @config.json."],
    [["dev", "x.wasm", "--config", "@none"], "--config @none: there is no readable file none."],
    [["dev", "x.wasm", "--config", "1", "--config", "2"], "There are more --config than plugins."],
  ])("%j exits with 2 and says what was meant", async (args, text) => {
    const { code, stderr } = await gateway(...args);
    expect(stderr).toContain(text);
    expect(code).toBe(2);
  });
});

describe("help", () => {
  it.each([[[]], [["help"]], [["--help"]]])("%j lists the commands", async (args) => {
    const { code, stdout } = await gateway(...args);
    expect(stdout).toMatch(/dev .*\n *build .*\n *check /);
    expect(code).toBe(0);
  });

  it("explains a command", async () => {
    expect((await gateway("dev", "--help")).stdout).toContain("--upstream <url|echo>");
  });
});

describe("gateway check", () => {
  it("says that a module without Redis loads everywhere", async () => {
    const { code, stdout } = await gateway("check", writeModule(join(temporaryFolder(), "a.wasm")));
    expect(stdout).toContain("loads on  Envoy 1.40, Istio, Higress\n");
    expect(code).toBe(0);
  });

  it("says why a module loads on Higress only", async () => {
    const { stdout } = await gateway("check", writeModule(join(temporaryFolder(), "a.wasm"), REDIS_IMPORT));
    expect(stdout).toContain("loads on  Higress only: imports proxy_redis_call\n");
  });

  it("fails for an exported main, in JSON too", async () => {
    const main = `(func (export "main") (param i32 i32) (result i32) (i32.const 0))`;
    const file = writeModule(join(temporaryFolder(), "a.wasm"), "", main);
    const { code, stdout } = await gateway("check", "--json", file);
    expect(JSON.parse(stdout)).toMatchObject([{ file, problems: [expect.stringContaining("exports main")] }]);
    expect(code).toBe(1);
  });
});

describe("gateway dev", () => {
  it("takes Redis's own port where --redis names none", async () => {
    const file = writeModule(join(temporaryFolder(), "plugin.wasm"), REDIS_IMPORT);
    const config = `{"serviceName":"redis.static"}`;
    const flags = ["--config", config, "--redis", "127.0.0.1", "--port", "0", "--admin-port", "0"];
    const dev = start("dev", file, ...flags);
    onTestFinished(() => void dev.child.kill());
    const [, admin] = await dev.printed(/Admin on (http:\S+)\/help/);
    expect(await (await fetch(`${admin}/clusters`)).text()).toContain("127.0.0.1:6379");
  });

  it.each(["echo", "http://127.0.0.1:8080"])("takes no %s for Redis", async (target) => {
    const file = writeModule(join(temporaryFolder(), "plugin.wasm"), REDIS_IMPORT);
    const { code, stderr } = await gateway(
      "dev",
      file,
      "--config",
      `{"serviceName":"r.static"}`,
      "--port",
      "0",
      "--admin-port",
      "0",
      "--redis",
      target,
    );
    expect(stderr).toContain(`--redis ${target}: give redis://host:port or memory (embedded Redis).`);
    expect(code).toBe(2);
  });

  it("serves a plugin in front of the echo upstream and stops on SIGINT", async () => {
    const file = writeModule(join(temporaryFolder(), "a.wasm"));
    const dev = start("dev", file, "--port", "0", "--admin-port", "0");
    const [, url] = await dev.printed(/Serving on (http:\S+)/);
    const answer = (await (await fetch(`${url}/hello`)).json()) as { path: string };
    expect(answer.path).toBe("/hello");
    await dev.printed(/GET \/hello 200 {2}\d+ ms {2}cluster upstream\n/);
    const [, admin] = await dev.printed(/Admin on (http:\S+)\/help/);
    expect(await (await fetch(`${admin}/ready`)).text()).toBe("LIVE\n");
    const [trace] = (await (await fetch(`${admin}/traces`)).json()) as { path: string; steps: object[] }[];
    expect(trace).toMatchObject({ path: "/hello", end: { status: 200 } });
    expect(trace!.steps.at(-1)).toMatchObject({ kind: "response", status: 200 });
    dev.child.kill("SIGINT");
    expect((await dev.finished).code).toBe(0);
    await expect(fetch(`${url}/hello`)).rejects.toThrow("fetch failed");
  });

  it("prints every phase of a request with --trace", async () => {
    const pauses = `(func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32) (i32.const 0))`;
    const file = writeModule(join(temporaryFolder(), "a.wasm"), "", pauses);
    const dev = start("dev", file, "--trace", "--port", "0", "--admin-port", "0");
    const [, url] = await dev.printed(/Serving on (http:\S+)/);
    await fetch(`${url}/hello`);
    await dev.printed(
      /#1 GET .*\/hello: 200 \(via_upstream\) after .*\n.*a proxy_on_request_headers\(\d+, 1\) -> Continue/,
    );
    dev.child.kill("SIGINT");
    expect((await dev.finished).code).toBe(0);
  });

  it("says how to get an Envoy for --engine envoy", async () => {
    vi.stubEnv("GATEWAY_ENVOY", "/nowhere/envoy");
    onTestFinished(() => void vi.unstubAllEnvs());
    const file = writeModule(join(temporaryFolder(), "a.wasm"));
    const { code, stderr } = await gateway("dev", file, "--engine", "envoy");
    expect(stderr).toBe(
      "error[envoy-missing]: GATEWAY_ENVOY is /nowhere/envoy, where there is no executable file.\n",
    );
    expect(code).toBe(1);
  });

  it("ends an Envoy that hangs in its own end", async () => {
    const folder = temporaryFolder();
    const envoy = join(folder, "envoy");
    const line = "[critical][main] error initializing config";
    writeFileSync(envoy, `#!/bin/sh\ntrap '' TERM\necho '${line}' >&2\nexec tail -f /dev/null\n`, {
      mode: 0o755,
    });
    vi.stubEnv("GATEWAY_ENVOY", envoy);
    onTestFinished(() => void vi.unstubAllEnvs());
    const file = writeModule(join(folder, "a.wasm"));
    const { code, stderr } = await gateway("dev", file, "--engine", "envoy", "--port", "0");
    expect(stderr).toBe(
      `${line}\nerror[envoy-failed]: Envoy ended before it served. What it said stands above.\n`,
    );
    expect(code).toBe(1);
  });

  it.each([
    ["the module", []],
    ["an envoy.yaml with it", ["envoy.yaml"]],
  ] as const)("says of %s that only Higress loads it, before Envoy starts", async (_, files) => {
    const folder = temporaryFolder();
    const envoy = join(folder, "envoy");
    writeFileSync(envoy, "#!/bin/sh\necho 'Envoy speaks' >&2\nexit 1\n", { mode: 0o755 });
    vi.stubEnv("GATEWAY_ENVOY", envoy);
    onTestFinished(() => void vi.unstubAllEnvs());
    const module = writeModule(join(folder, "a.wasm"), REDIS_IMPORT);
    writeFileSync(join(folder, "envoy.yaml"), `code: { local: { filename: /etc/a.wasm } }\n`);
    const named = files.map((file) => join(folder, file));
    const { code, stderr } = await gateway(
      "dev",
      ...(named.length > 0 ? named : [module]),
      "--engine",
      "envoy",
    );
    expect(stderr).toBe(
      `${module} loads on Higress only: imports proxy_redis_call. Envoy itself refuses it: leave --engine envoy out, or let GATEWAY_ENVOY name Higress's Envoy.\n` +
        "Envoy speaks\nerror[envoy-failed]: Envoy ended before it served. What it said stands above.\n",
    );
    expect(code).toBe(1);
  });

  it("names the flag for a port that is in use", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const file = writeModule(join(temporaryFolder(), "a.wasm"));
    const { code, stderr } = await gateway("dev", file, "--port", String(port), "--admin-port", "0");
    other.close();
    expect(stderr).toBe(
      `error[address-unavailable]: Port ${port} on 127.0.0.1 is in use by another process. Choose another one with --port <number>.\n`,
    );
    expect(code).toBe(1);
  });

  it("names the flag for an address of another machine", async () => {
    const { code, stderr } = await gateway("dev", PLAIN, "--host", "192.0.2.1", "--port", "0");
    expect(stderr).toBe(
      "error[address-unavailable]: 192.0.2.1 is no address of this machine (EADDRNOTAVAIL). Choose another one with --host <address>.\n",
    );
    expect(code).toBe(1);
  });

  it("writes an IPv6 address as URLs have it", async () => {
    const dev = start("dev", PLAIN, "--host", "::1", "--port", "0", "--admin-port", "0");
    onTestFinished(() => void dev.child.kill());
    const [, found] = await dev.printed(
      /(Serving on http:\/\/\[::1\]:\d+ as|::1 is no address of this machine)/,
    );
    const isHere = Object.values(networkInterfaces()).some((all) =>
      all?.some((one) => one.address === "::1"),
    );
    expect(found!.startsWith("Serving")).toBe(isHere);
  });

  it("lists what an envoy.yaml has that it does not simulate", async () => {
    const { code, stderr } = await gateway("dev", GUIDE);
    expect(stderr).toContain(`error[envoy-configuration]: ${GUIDE}:45: static_resources.listeners[0]`);
    expect(stderr).toContain("there is no file /etc/envoy/main.wasm; build it, or map the name: --wasm");
    expect(code).toBe(1);
  });

  it("serves the Go guide's envoy.yaml as printed", async () => {
    const folder = temporaryFolder();
    const yaml = join(folder, "envoy.yaml");
    copyFileSync(GUIDE, yaml);
    const module = writeModule(join(folder, "plugin.wasm"));
    const dev = start("dev", yaml, "--cluster", "httpbin=echo", "--wasm", `/etc/envoy/main.wasm=${module}`);
    await dev.printed(/Serving on http:\/\/127\.0\.0\.1:10000/);
    const answer = (await (await fetch("http://127.0.0.1:10000/get")).json()) as { path: string };
    expect(answer.path).toBe("/get");
    dev.child.kill("SIGTERM");
    expect((await dev.finished).code).toBe(0);
  });
});
