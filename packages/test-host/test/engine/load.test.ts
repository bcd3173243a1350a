import { Gateway } from "../../src/gateway/gateway.ts";
import { startGateway, VirtualClock } from "../../src/index.ts";
import { expect, test } from "../../src/vitest/index.ts";
import { assemble } from "@gateway-plugins/test-parts/guests/assemble";
import { guest } from "@gateway-plugins/test-parts/guests/guest";
import { LOADED, REFUSED } from "@gateway-plugins/test-parts/guests/modules";

test.for(REFUSED)("refuses a module $title", async ({ wat, message }) => {
  const start = startGateway({ plugin: assemble(wat), profile: "envoy", watchdogMs: 200 });
  await expect(start).rejects.toMatchObject({ message: expect.stringContaining(message) });
});

test.for(LOADED)("runs a module $title", async ({ wat }) => {
  const gateway = await startGateway({ plugin: assemble(wat), profile: "envoy", canary: false });
  expect((await gateway.fetch("/")).status).toBe(200);
});

test("refuses what is not a module", async () => {
  await expect(startGateway({ plugin: new TextEncoder().encode("(module)") })).rejects.toThrow(
    "Failed to parse corrupted Wasm module",
  );
});

test("says that a plugin file is missing", async () => {
  await expect(startGateway({ plugin: "dist/absent.wasm" })).rejects.toThrow("Build the plugin first");
});

test("refuses host calls while the module starts, but for the log", async () => {
  const plugin = guest(({ on, log, run }) =>
    on("_initialize", `${log("starting")} ${run("proxy_set_tick_period_milliseconds", 1)}`),
  );
  await expect(startGateway({ plugin })).rejects.toMatchObject({
    code: "start-failed",
    message: expect.stringMatching(
      /Function: _initialize failed: Uncaught Error: restricted_callback[^]*The plugin logged:\n {2}info: starting/,
    ),
  });
});

test.for([
  ["proxy_on_vm_start", "start-failed", "Failed to start base Wasm"],
  ["proxy_on_configure", "configuration-rejected", "Failed to configure base Wasm plugin"],
] as const)("rejects when %s returns 0", async ([callback, code, message]) => {
  const plugin = guest(({ on, log }) => on(callback, `${log("no")} (return (i32.const 0))`));
  await expect(startGateway({ plugin })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
  await expect(startGateway({ plugin })).rejects.toThrow("The plugin logged:\n  info: no");
});

test("starts the base VM, a canary, the main thread and each worker, in that order", async () => {
  const plugin = guest(
    ({ on, log }) => on("_initialize", log("init")) + on("proxy_on_configure", log("configure")),
  );
  const lines: string[] = [];
  const filter = {
    name: "f",
    pluginName: "p",
    rootId: "",
    vmId: "",
    failOpen: false,
    code: { bytes: plugin },
  };
  const nothing = { vmConfiguration: new Uint8Array(), configuration: new Uint8Array() };
  const listener = { name: "l", address: { address: "127.0.0.1", port: 1 }, virtualHosts: [] };
  const gateway = await Gateway.start(
    { listeners: [{ ...listener, filters: [{ ...filter, ...nothing }] }], clusters: [] },
    {
      profile: "envoy",
      clock: new VirtualClock(),
      workers: 2,
      onLog: ({ thread, message }) => lines.push(`${thread} ${message}`),
    },
  );
  await gateway.close();
  const perThread = ["canary", "main", "worker", "worker"].flatMap((thread) => [
    `${thread} init`,
    `${thread} configure`,
  ]);
  expect(lines).toEqual(["base init", ...perThread]);
});

test.for([
  ["envoy", 4],
  ["higress", 1],
] as const)("reads header status 1 of a module with both markers as %s does", async ([profile]) => {
  const plugin = guest(
    ({ on, log }) =>
      on("proxy_on_request_headers", "(return (i32.const 1))") + on("proxy_on_request_body", log("body")),
    {
      marker: "proxy_abi_version_0_2_100",
      shape: (wat) => wat.replace(/\)$/, `(func (export "proxy_abi_version_0_2_1")))`),
    },
  );
  const gateway = await startGateway({ plugin, profile });
  const response = await gateway.fetch("/", { body: "hello" });
  if (profile === "envoy") {
    gateway.takeFault("stream-never-resumed");
    expect([response.status, gateway.logs.length]).toEqual([504, 0]);
  } else {
    expect([response.status, gateway.logs.map(({ message }) => message)]).toEqual([200, ["body", "body"]]);
  }
});
