import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEnvoyConfig, serve, type LiveGateway } from "@gateway-plugins/test-host/live";
import { beforeAll, describe, expect, test } from "vitest";
import { compile } from "../src/compile.ts";
import { type Envoy, startEnvoyWith } from "../src/envoy.ts";
import { describeOnEnvoy } from "../src/real-parts.ts";
import { type RecordingUpstream, response, startRecordingUpstream } from "../src/recording-upstream.ts";
import { HTTP1 } from "../src/wire/cases/http1.ts";
import { MANAGER } from "../src/wire/cases/manager.ts";
import { pluginListeners } from "../src/wire/cases/plugins.ts";
import { ROUTES } from "../src/wire/cases/routes.ts";
import { STRICTNESS } from "../src/wire/cases/strictness.ts";
import { UPSTREAMS } from "../src/wire/cases/upstreams.ts";
import { converse } from "../src/wire/converse.ts";
import { GrowingFile } from "../src/wire/growing-file.ts";
import { fetchHttp2, HTTP2_REQUESTS, type Http2Request } from "../src/wire/http2.ts";
import { mergeChunks, normalise, received } from "../src/wire/normalise.ts";
import type { WireCase, WireListener } from "../src/wire/wire-case.ts";
import { wireFile } from "../src/wire/wire-file.ts";

const LISTENERS: readonly WireListener[] = [
  ...HTTP1,
  ...STRICTNESS,
  ...ROUTES,
  ...UPSTREAMS,
  ...MANAGER,
  ...pluginListeners(await compile("phases")),
];

describeOnEnvoy("the live gateway and Envoy, with one file, put the same bytes on the wire", () => {
  let upstream: RecordingUpstream;
  let envoy: Envoy;
  let live: LiveGateway;
  let log: GrowingFile;
  /** What plugins have logged in the live gateway. */
  const said: string[] = [];
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "wire-"));
    upstream = await startRecordingUpstream();
    log = new GrowingFile(join(folder, "access.log"));
    const file = wireFile(LISTENERS, upstream.address, log.path);
    const names = LISTENERS.map(({ name }) => name);
    envoy = await startEnvoyWith(file, names);
    live = await serve(readEnvoyConfig(file), {
      profile: "envoy",
      onLog: ({ line, source, thread }) =>
        void (source === "guest" && thread === "worker" && said.push(line)),
    });
    return async () => {
      await live.close();
      await envoy.stop();
      await upstream.close();
      await rm(folder, { recursive: true });
    };
  });

  async function observe(port: number, one: WireCase, wasmLog: () => string[]) {
    const before = wasmLog().length;
    upstream.forget();
    upstream.script = one.answer ?? (() => response(200, "upstream"));
    const { received: bytes, closed } = await converse(port, one);
    const answers = [...bytes.matchAll(/HTTP\/1\.[01] (?!100)\d/g)].length;
    const lines = await log.lines(one.logLines ?? answers);
    return {
      wasm: wasmLog()
        .slice(before)
        .map((line) => line.replace(/^.*wasm log/, "wasm log").replace(/127\.0\.0\.1:\d+/g, "(client)")),
      received: normalise(mergeChunks(bytes)),
      closed,
      upstream: upstream.requests.map(received),
      log: lines,
    };
  }

  describe.each(LISTENERS.map((listener, index) => ({ ...listener, index })))("$name", (listener) => {
    test.for(listener.cases)("$title", async (one) => {
      const expected = await observe(envoy.ports[listener.index]!, one, () => envoy.wasmLog());
      const actual = await observe(live.listeners[listener.name]!.port, one, () => said);
      expect(actual).toEqual(expected);
    });
  });

  describe("over HTTP/2", () => {
    const LISTENER = "http1";
    const at = LISTENERS.findIndex(({ name }) => name === LISTENER);
    async function observeHttp2(port: number, one: Http2Request) {
      upstream.forget();
      upstream.script = () => response(200, "upstream", { "x-up": "1" });
      const answer = await fetchHttp2(port, one);
      return {
        answer: answer.map(normalise),
        upstream: upstream.requests.map(received),
        log: await log.lines(1),
      };
    }

    test.for(HTTP2_REQUESTS)("$title", async (one) => {
      const expected = await observeHttp2(envoy.ports[at]!, one);
      const actual = await observeHttp2(live.listeners[LISTENER]!.port, one);
      expect(actual).toEqual(expected);
    });
  });
});
