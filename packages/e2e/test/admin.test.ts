import { serve, readEnvoyConfig, type LiveGateway } from "@gateway-plugins/test-host/live";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bootstrap } from "../src/bootstrap.ts";
import { compile } from "../src/compile.ts";
import { type Envoy, startEnvoy } from "../src/envoy.ts";
import { fetchRaw, request } from "../src/raw-client.ts";
import { describeOnEnvoy } from "../src/real-parts.ts";
import { type RecordingUpstream, startRecordingUpstream } from "../src/recording-upstream.ts";

/** Durations as numbers: Envoy writes them with three digits. */
function simulated(key: string, value: unknown): unknown {
  const isDuration = typeof value === "string" && /^[\d.]+s$/.test(value);
  return isDuration ? parseFloat(value) : withoutProtocol(key, value);
}

const withoutProtocol = (key: string, value: unknown): unknown =>
  key === "typed_extension_protocol_options" ? undefined : value;

const HEADERS = ["content-type", "cache-control", "x-content-type-options", "server"];
const REQUESTS = "downstream_rq_(total|completed|[1-5]xx)$";

describeOnEnvoy("the admin interface", () => {
  let upstream: RecordingUpstream;
  let envoy: Envoy;
  let live: LiveGateway;
  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    const filters = [{ name: "metrics", wasm: await compile("metrics"), configuration: "{}" }];
    const options = { listeners: [{ filters, upstream: upstream.address }] };
    envoy = await startEnvoy(options);
    live = await serve(readEnvoyConfig(JSON.stringify(bootstrap(options), withoutProtocol)), {
      profile: "envoy",
    });
    for (const path of ["/", "/refuse", "/"])
      for (const port of [envoy.ports[0]!, live.listeners["listener_0"]!.port])
        await fetchRaw(port, request(path));
  });
  afterAll(async () => {
    await live?.close();
    await envoy?.stop();
    await upstream?.close();
  });

  /** The same page of both, with ports and times left out. */
  async function both(path: string, method = "GET") {
    const read = async (port: number) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
      const body = await response.text();
      return {
        status: response.status,
        headers: HEADERS.map((name) => response.headers.get(name)),
        body: body
          .replace(/("port_value": |127\.0\.0\.1:)\d+/g, "$1PORT")
          .replace(/("last_updated": )".*"/g, "$1TIME"),
      };
    };
    return [await read(live.admin!.port), await read(envoy.adminPort)] as const;
  }

  it.each([
    ["/ready"],
    ["/listeners"],
    ["/listeners?format=json"],
    ["/logging"],
    [`/stats?filter=^http.ingress_0.${REQUESTS}`],
    [`/stats?format=json&filter=^http.ingress_0.${REQUESTS}`],
    [`/stats/prometheus?filter=^http.ingress_0.${REQUESTS}`],
    ["/stats?filter=^wasmcustom"],
    ["/stats?filter=^wasmcustom&usedonly"],
    ["/stats?filter=^wasmcustom&format=json"],
    ["/stats/prometheus?filter=^wasmcustom"],
    ["/stats?filter=^cluster.upstream_0.upstream_rq_(completed|[1-5]xx)$&usedonly"],
    ["/stats/prometheus?filter=^cluster.upstream_0.upstream_rq_(completed|[1-5]xx)$&usedonly"],
  ])("says of %s what Envoy says", async (path) => {
    const [ours, theirs] = await both(path);
    expect(ours).toEqual(theirs);
  });

  it("tells of clusters nothing that Envoy does not tell", async () => {
    const [ours, theirs] = await both("/clusters");
    const lines = ours.body.trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(6);
    expect(theirs.body.split("\n")).toEqual(expect.arrayContaining(lines));
  });

  it("dumps the configuration as Envoy does", async () => {
    const [ours, theirs] = await both("/config_dump");
    type Dump = { configs: ({ "@type": string } & Record<string, unknown>)[] };
    const part = ({ body }: typeof ours, kind: string) =>
      (JSON.parse(body.replaceAll("PORT", "0").replaceAll("TIME", '""'), simulated) as Dump).configs.find(
        (each) => each["@type"].endsWith(`.${kind}`),
      );
    for (const kind of ["ListenersConfigDump", "ClustersConfigDump"])
      expect(part(ours, kind)).toEqual(part(theirs, kind));
  });

  it.each([
    ["POST", "/logging?wasm=debug", "active loggers:"],
    ["GET", "/nonsense", "invalid path. admin commands are:"],
    ["POST", "/logging?wasm=loud", "error: unknown logger level"],
    ["POST", "/logging?wosm=debug", "error: unknown logger name"],
  ])("answers %s %s as Envoy does", async (method, path, first) => {
    const [ours, theirs] = await both(path, method);
    expect([ours.status, ours.headers]).toEqual([theirs.status, theirs.headers]);
    for (const { body } of [ours, theirs]) expect(body.split("\n")[0]).toBe(first);
    const wasm = (body: string) => body.split("\n").find((line) => line.startsWith("  wasm:"));
    expect(wasm(ours.body)).toBe(wasm(theirs.body));
  });
});
