import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEnvoyConfig, serve, type LiveGateway } from "@gateway-plugins/test-host/live";
import { beforeAll, describe, expect, test } from "vitest";
import { type Envoy, startEnvoyWith } from "../src/envoy.ts";
import { describeOnEnvoy } from "../src/real-parts.ts";
import { type RecordingUpstream, response, startRecordingUpstream } from "../src/recording-upstream.ts";
import { HTTP1 } from "../src/wire/cases/http1.ts";
import { MANAGER } from "../src/wire/cases/manager.ts";
import { ROUTES } from "../src/wire/cases/routes.ts";
import { UPSTREAMS } from "../src/wire/cases/upstreams.ts";
import { converse } from "../src/wire/converse.ts";
import { GrowingFile } from "../src/wire/growing-file.ts";
import { mergeChunks, normalise, received } from "../src/wire/normalise.ts";
import type { WireCase, WireListener } from "../src/wire/wire-case.ts";
import { wireFile } from "../src/wire/wire-file.ts";

const LISTENERS: readonly WireListener[] = [...HTTP1, ...ROUTES, ...UPSTREAMS, ...MANAGER];

describeOnEnvoy("the live gateway and Envoy, with one file, put the same bytes on the wire", () => {
  let upstream: RecordingUpstream;
  let envoy: Envoy;
  let live: LiveGateway;
  let log: GrowingFile;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "wire-"));
    upstream = await startRecordingUpstream();
    log = new GrowingFile(join(folder, "access.log"));
    const file = wireFile(LISTENERS, upstream.address, log.path);
    const names = LISTENERS.map(({ name }) => name);
    envoy = await startEnvoyWith(file, names);
    live = await serve(readEnvoyConfig(file), { profile: "envoy" });
    return async () => {
      await live.close();
      await envoy.stop();
      await upstream.close();
      await rm(folder, { recursive: true });
    };
  });

  async function observe(port: number, one: WireCase) {
    upstream.forget();
    upstream.script = one.answer ?? (() => response(200, "upstream"));
    const { received: bytes, closed } = await converse(port, one);
    const answers = [...bytes.matchAll(/HTTP\/1\.[01] (?!100)\d/g)].length;
    return {
      received: normalise(mergeChunks(bytes)),
      closed,
      upstream: upstream.requests.map(received),
      log: await log.lines(one.logLines ?? answers),
    };
  }

  describe.each(LISTENERS.map((listener, index) => ({ ...listener, index })))("$name", (listener) => {
    test.for(listener.cases)("$title", async (one) => {
      const expected = await observe(envoy.ports[listener.index]!, one);
      const actual = await observe(live.listeners[listener.name]!.port, one);
      expect(actual).toEqual(expected);
    });
  });
});
