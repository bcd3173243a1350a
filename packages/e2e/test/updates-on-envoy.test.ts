import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEnvoyConfig, serve, type LiveGateway } from "@gateway-plugins/test-host/live";
import { beforeAll, expect, test } from "vitest";
import { guest } from "@gateway-plugins/test-parts/guests/guest";
import { stringValue, wasmFilter } from "../src/bootstrap.ts";
import { runEnvoy, portsByListener, type EnvoyProcess } from "../src/envoy.ts";
import { statusOf } from "../src/http1.ts";
import { fetchRaw, request } from "../src/raw-client.ts";
import { describeOnEnvoy } from "../src/real-parts.ts";
import { type RecordingUpstream, response, startRecordingUpstream } from "../src/recording-upstream.ts";
import { wireFile } from "../src/wire/wire-file.ts";

const NAMES = [
  "proxy_on_context_create",
  "proxy_on_vm_start",
  "proxy_on_configure",
  "proxy_on_request_headers",
];
const ENDS = ["proxy_on_log", "proxy_on_done", "proxy_on_delete"];
const chatty = guest((parts) => {
  const say = (name: string) => parts.logNumber(`${name.slice(9)} `, "(local.get $id)");
  const refuses = "(if (i32.eq (local.get $size) (i32.const 3)) (then (return (i32.const 0))))";
  return (
    parts.on("_initialize", parts.log("initialize")) +
    NAMES.map((name) => parts.on(name, say(name) + (name === "proxy_on_configure" ? refuses : ""))).join("") +
    ENDS.map((name) =>
      parts.on(name, `${say(name)} ${name === "proxy_on_done" ? "(return (i32.const 1))" : ""}`),
    ).join("")
  );
});

const TYPE = "type.googleapis.com/";
const WASM = `${TYPE}envoy.extensions.filters.http.wasm.v3.Wasm`;
const POLL_MS = 10;
const LIMIT_MS = 5000;

/** What happens to both gateways, in this order; `bad` is a configuration that the plugin refuses. */
const STEPS = ["request", "update: first", "request", "update: bad", "request", "update: second", "request"];

describeOnEnvoy("configuration updates here and on Envoy", () => {
  let folder: string;
  let upstream: RecordingUpstream;
  let wasm: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "updates-"));
    upstream = await startRecordingUpstream();
    upstream.script = () => response(200, "upstream");
    wasm = join(folder, "chatty.wasm");
    await writeFile(wasm, chatty);
    return async () => {
      await upstream.close();
      await rm(folder, { recursive: true });
    };
  });

  const configuration = (value: string) => ({
    configuration: stringValue(value),
  });
  const filterWith = (value: string) => wasmFilter({ wasm, name: "chatty", plugin: configuration(value) });
  const file = (filter: object) =>
    wireFile(
      [{ name: "listener", cases: [], manager: { access_log: [] }, filters: [filter] }],
      upstream.address,
      "/dev/null",
    );

  /** Which of two threads speaks first is chance, so each has its own list. */
  interface Lines {
    main: string[];
    worker: string[];
  }

  async function onEnvoy(): Promise<Lines> {
    const discovered = join(folder, "discovered.json");
    const give = async (value: string) => {
      const { typed_config } = filterWith(value) as { typed_config: object };
      const type = `${TYPE}envoy.config.core.v3.TypedExtensionConfig`;
      const text = JSON.stringify({ resources: [{ "@type": type, name: "chatty", typed_config }] });
      // Envoy watches for files that are moved in.
      await writeFile(`${discovered}.new`, text);
      await rename(`${discovered}.new`, discovered);
    };
    await give("start");
    const discovery = { config_source: { path_config_source: { path: discovered } }, type_urls: [WASM] };
    const bootstrap = {
      node: { id: "n", cluster: "c" },
      ...JSON.parse(file({ name: "chatty", config_discovery: discovery })),
    };
    const envoy = await runEnvoy(JSON.stringify(bootstrap));
    const port = (await portsByListener(envoy.adminPort)).get("listener")!;
    for (const step of STEPS) {
      if (step === "request") await passes(port);
      else await updated(envoy, () => give(step.slice("update: ".length)));
    }
    await envoy.stop();
    const lines = [...envoy.log().matchAll(/^\[[^\]]*\]\[(\d+)\].*(wasm log.*)$/gm)];
    const on = (isMain: boolean) =>
      lines.filter(([, thread]) => (thread === lines[0]?.[1]) === isMain).map(([, , line]) => line!);
    return { main: on(true), worker: on(false) };
  }

  async function passes(port: number): Promise<void> {
    expect(statusOf(await fetchRaw(port, request("/")))).toBe(200);
  }

  /** When Envoy counts one more update, or one more that was rejected. */
  async function updated(envoy: EnvoyProcess, give: () => Promise<void>): Promise<void> {
    const count = async () => {
      const stats = await fetch(
        `http://127.0.0.1:${envoy.adminPort}/stats?filter=config_(reload|fail|conflict)`,
      );
      return (await stats.text()).trim();
    };
    const before = await count();
    await give();
    for (const end = Date.now() + LIMIT_MS; (await count()) === before;) {
      if (Date.now() > end) throw new Error(`Envoy took no notice of an update:\n${before}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async function here(): Promise<Lines> {
    const lines: Lines = { main: [], worker: [] };
    const live: LiveGateway = await serve(readEnvoyConfig(file(filterWith("start"))), {
      profile: "envoy",
      onLog: ({ line, source, thread }) =>
        void (source === "guest" && lines[thread === "worker" ? "worker" : "main"].push(line)),
    });
    const { port } = live.listeners["listener"]!;
    for (const step of STEPS) {
      if (step === "request") await passes(port);
      else await live.gateway.updateFilter("chatty", Buffer.from(step.slice("update: ".length)));
    }
    const seen = structuredClone(lines);
    await live.close();
    return seen;
  }

  test("each thread calls the plugin in the same order", async () => {
    const expected = await onEnvoy();
    expect(expected.worker.filter((line) => line.includes("request_headers")).length).toBe(4);
    expect(await here()).toEqual(expected);
  });
});
