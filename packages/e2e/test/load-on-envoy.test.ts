import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGateway } from "@gateway-plugins/test-host";
import { beforeAll, describe, expect, test } from "vitest";
import { assemble } from "@gateway-plugins/test-parts/guests/assemble";
import { LOADED, REFUSED } from "@gateway-plugins/test-parts/guests/modules";
import { wasmFilter } from "../src/bootstrap.ts";
import { runEnvoy } from "../src/envoy.ts";
import { describeOnEnvoy } from "../src/real-parts.ts";
import { wireFile } from "../src/wire/wire-file.ts";

const REFUSED_ALIKE = REFUSED.filter(({ onEnvoy }) => onEnvoy === undefined);
const CRASHES = REFUSED.filter(({ onEnvoy }) => onEnvoy?.startsWith("SIG"));
const FINE = [...LOADED, ...REFUSED.filter(({ onEnvoy }) => onEnvoy === "loads")];

describeOnEnvoy("modules that a gateway does not load, here and on Envoy", () => {
  let folder: string;
  /** What Envoy logged about each module, by its title. */
  let logs: Map<string, string[]>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "load-"));
    const modules = [...REFUSED_ALIKE, ...FINE];
    const { admin, static_resources } = await fileWith(modules);
    // Listeners that arrive by discovery are refused one by one; at the start the first would end the process.
    const path = join(folder, "listeners.json");
    const type = "type.googleapis.com/envoy.config.listener.v3.Listener";
    const resources = static_resources.listeners.map((listener) => ({ "@type": type, ...listener }));
    await writeFile(path, JSON.stringify({ resources }));
    const envoy = await runEnvoy(
      JSON.stringify({
        node: { id: "node", cluster: "cluster" },
        admin,
        static_resources: { clusters: static_resources.clusters },
        dynamic_resources: { lds_config: { path_config_source: { path } } },
      }),
    );
    logs = byModule(envoy.log());
    await envoy.stop();
    return () => rm(folder, { recursive: true });
  });

  async function fileWith(modules: readonly { title: string; wat: string }[]) {
    const listeners = modules.map(async ({ title, wat }, index) => {
      const wasm = join(folder, `${index}.wasm`);
      await writeFile(wasm, assemble(wat));
      const filters = [wasmFilter({ wasm, name: title, vm: { vm_id: title } })];
      return { name: title, cases: [], manager: { access_log: [] }, filters };
    });
    return JSON.parse(wireFile(await Promise.all(listeners), "127.0.0.1:1", "/dev/null")) as {
      admin: object;
      static_resources: { listeners: object[]; clusters: object[] };
    };
  }

  test.for(REFUSED_ALIKE)("$title", async ({ title, wat }) => {
    const [line] = logs.get(title) ?? [];
    expect(line).toBeDefined();
    const start = startGateway({ plugin: assemble(wat), name: title, profile: "envoy" });
    await expect(start).rejects.toThrow(line!.replace("Wasm VM failed ", ""));
  });

  test("Envoy loads the others", () => {
    const titles = REFUSED_ALIKE.map(({ title }) => title);
    expect([...logs.keys()].toSorted()).toEqual(titles.toSorted());
  });

  describe("and that end Envoy's process", () => {
    test.for(CRASHES)("$title", async (module) => {
      await expect(runEnvoy(JSON.stringify(await fileWith([module])))).rejects.toThrow(module.onEnvoy);
    });
  });
});

/** Splits the log at the lines that tell which listener the lines before were about. */
function byModule(log: string): Map<string, string[]> {
  const result = new Map<string, string[]>();
  let errors: string[] = [];
  for (const line of log.split("\n")) {
    const error = /\[error\]\[wasm\] \[[^\]]*\] (.*)/.exec(line)?.[1];
    if (error !== undefined) errors.push(error);
    const listener = /lds: listener '(.*)' config rejected/.exec(line)?.[1];
    if (listener === undefined) continue;
    result.set(listener, errors);
    errors = [];
  }
  return result;
}
