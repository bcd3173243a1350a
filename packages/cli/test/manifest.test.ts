import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { startIn, temporaryFolder } from "./gateway.ts";

const MODULE = fileURLToPath(new URL("../../mock-response/dist/mock-response.wasm", import.meta.url));
const MANIFEST = `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata:
  name: mock-response
spec:
  url: oci://registry.example.com/plugins/mock-response:1.0.0
  phase: AUTHN
  priority: 910
  defaultConfig:
    mockEnable: false
  matchRules:
    - ingress: [default/shop]
      config: { mockEnable: true }
    - domain: ["*.example.com"]
      config: { mockEnable: true }
    - service: ["cart.dns:8080"]
      config: { mockEnable: true }
`;

describe("gateway dev with a WasmPlugin manifest", () => {
  it("serves the plugin with its rules, on a route for each ingress and service", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "plugin.yaml"), MANIFEST);
    copyFileSync(MODULE, join(folder, "mock-response.wasm"));
    const dev = startIn(
      folder,
      "dev",
      "plugin.yaml",
      "--port",
      "0",
      "--admin-port",
      "0",
      "--route",
      "cart.dns:8080=/c",
    );
    onTestFinished(async () => {
      dev.child.kill("SIGTERM");
      await dev.finished;
    });
    const [, url] = await dev.printed(/Serving on (http:\S+) as higress\. Try: curl -i http:\S+\/shop\n/);
    await dev.printed(/curl -i -H 'host: any\.example\.com' http:\S+\/get\n/);
    const isMocked = async (path: string) => (await (await fetch(url + path)).text()) === "hello world";
    expect([await isMocked("/shop"), await isMocked("/c"), await isMocked("/get")]).toEqual([
      true,
      true,
      false,
    ]);

    writeFileSync(join(folder, "plugin.yaml"), MANIFEST.replace("matchRules", "matchRule"));
    await dev.printed(
      /error\[plugin-manifest\]: plugin\.yaml:11: spec\.matchRule: there is no such key here[^]*what ran before/,
    );
    writeFileSync(join(folder, "plugin.yaml"), MANIFEST.replace("mockEnable: false", "mockEnable: true"));
    await dev.printed(/Reloaded in \d+ ms: plugin\.yaml/);
    expect(await isMocked("/get")).toBe(true);
  });

  it("says how to name a module that is not on this machine", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "plugin.yaml"), MANIFEST);
    const { code, stderr } = await startIn(folder, "dev", "plugin.yaml").finished;
    expect(stderr).toContain(
      "error[plugin-manifest]: plugin.yaml:6: spec.url: there is no file oci://registry.example.com/plugins/mock-response:1.0.0; " +
        "build it, or map the name: --wasm oci://registry.example.com/plugins/mock-response:1.0.0=<file>",
    );
    expect(code).toBe(1);
  });
});
