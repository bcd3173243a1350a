import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  echo,
  GatewayError,
  ListenError,
  serve,
  type AccessRecord,
  type GatewayConfig,
  type LogLine,
} from "../../src/live/index.ts";
import type { UpstreamHandler } from "../../src/services/upstream/upstream.ts";
import { guest } from "@gateway-plugins/test-parts/guests/guest";

/** Logs its configuration's size when a stream of it ends; refuses an empty configuration. */
const LOGS_SIZE = guest(
  ({ on, logNumber }) => `
    (global $size (mut i32) (i32.const 0))
    ${on("proxy_on_configure", "(global.set $size (local.get $size)) (return (i32.ne (local.get $size) (i32.const 0)))")}
    ${on("proxy_on_log", logNumber("size ", "(global.get $size)"))}`,
);

interface Shape {
  configuration?: string;
  handler?: UpstreamHandler;
  listener?: { name: string; port: number };
}

function configOf({
  configuration = "1",
  handler = echo,
  listener = { name: "l", port: 0 },
}: Shape): GatewayConfig {
  const route = { name: "", match: { prefix: "/" }, action: { cluster: "up" }, timeoutMs: 0 };
  const filter = {
    name: "plugin",
    pluginName: "plugin",
    rootId: "",
    vmId: "",
    code: { bytes: LOGS_SIZE },
    vmConfiguration: new Uint8Array(),
    configuration: Buffer.from(configuration),
    failOpen: false,
  };
  return {
    listeners: [
      {
        name: listener.name,
        address: { address: "127.0.0.1", port: listener.port },
        virtualHosts: [{ name: "all", domains: ["*"], routes: [route] }],
        filters: [filter],
      },
    ],
    clusters: [{ name: "up", connectTimeoutMs: 100, endpoints: [{ handler }] }],
    admin: { address: "127.0.0.1", port: 0 },
  };
}

async function start(shape: Shape) {
  const logs: string[] = [];
  const records: AccessRecord[] = [];
  const live = await serve(configOf(shape), {
    profile: "envoy",
    onLog: (line: LogLine) => void (line.source === "guest" && logs.push(line.message)),
    onAccess: (record) => void records.push(record),
  });
  onTestFinished(() => live.close());
  const get = async (path: string, name = "l") => {
    const { address, port } = live.listeners[name]!;
    return (await fetch(`http://${address}:${port}${path}`)).text();
  };
  return { live, logs, records, get };
}

describe("swapping the configuration of a live gateway", { timeout: 30_000 }, () => {
  it("lets a request under way finish on what it began with, and gives the next one the new", async () => {
    let arrived = (): void => undefined;
    let answer = (_body: string): void => undefined;
    const reached = new Promise<void>((resolve) => (arrived = resolve));
    const slow: UpstreamHandler = () =>
      new Promise((resolve) => {
        answer = (body) => resolve({ body });
        arrived();
      });
    const { live, logs, records, get } = await start({ configuration: "1", handler: slow });
    const underWay = get("/old");
    await reached;
    await live.swap(configOf({ configuration: "22", handler: () => ({ body: "new upstream" }) }));
    expect(await get("/new")).toBe("new upstream");
    answer("old upstream");
    expect(await underWay).toBe("old upstream");
    expect(logs).toEqual(["size 2", "size 1"]);
    expect(records.map(({ streamId, path }) => [streamId, path])).toEqual([
      [2, "/new"],
      [1, "/old"],
    ]);
  });

  it("loses no request of many that run meanwhile", async () => {
    const { live, get } = await start({});
    const paths = Array.from({ length: 60 }, (_, index) => `/${index}`);
    const answers = paths.map(async (path) => (JSON.parse(await get(path)) as { path: string }).path);
    for (let swap = 0; swap < 5; swap++) await live.swap(configOf({ configuration: "x".repeat(swap + 1) }));
    expect(await Promise.all(answers)).toEqual(paths);
  });

  it("changes nothing when a plugin refuses its configuration", async () => {
    const { live, logs, get } = await start({ configuration: "1" });
    const before = live.config;
    await expect(live.swap(configOf({ configuration: "" }))).rejects.toThrow(GatewayError);
    expect(live.config).toBe(before);
    await get("/");
    expect(logs).toEqual(["size 1"]);
  });

  it("opens a listener that is new and closes one that is gone", async () => {
    const { live, get } = await start({});
    const { port } = live.listeners["l"]!;
    await live.swap(configOf({ listener: { name: "other", port: 0 } }));
    expect(Object.keys(live.listeners)).toEqual(["other"]);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow("fetch failed");
    expect(await get("/there", "other")).toContain('"/there"');
  });

  it("changes nothing when a new listener's port is taken", async () => {
    const { live, get } = await start({});
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    await expect(live.swap(configOf({ listener: { name: "taken", port } }))).rejects.toThrow(ListenError);
    expect(Object.keys(live.listeners)).toEqual(["l"]);
    expect(await get("/still")).toContain('"/still"');
  });
});
