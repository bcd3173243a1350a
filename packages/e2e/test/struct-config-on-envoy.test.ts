import { beforeAll, expect, test } from "vitest";
import { startBoth, type Both } from "../src/both.ts";
import { compile } from "../src/compile.ts";
import { fetchRaw, request } from "../src/raw-client.ts";
import { describeOnEnvoy } from "../src/real-parts.ts";
import { type RecordingUpstream, startRecordingUpstream } from "../src/recording-upstream.ts";

const TYPE = "type.googleapis.com/google.protobuf";
const VALUE = {
  name: 'x"\u00e9',
  port: 8080,
  ratio: 0.25,
  on: true,
  tags: ["a", "b"],
  none: null,
  inner: { long: "y".repeat(300), list: [{}, {}] },
};
const LISTENERS = {
  struct: { "@type": `${TYPE}.Struct`, value: VALUE },
  text: { "@type": `${TYPE}.StringValue`, value: JSON.stringify(VALUE) },
  empty: { "@type": `${TYPE}.Struct`, value: {} },
};

describeOnEnvoy("a plugin that accepts a Struct", () => {
  let both: Both;
  let upstream: RecordingUpstream;
  beforeAll(async () => {
    const wasm = await compile("struct-config");
    upstream = await startRecordingUpstream();
    const listeners = Object.entries(LISTENERS).map(([name, configuration]) => ({
      name,
      filters: [{ wasm, name, plugin: { configuration }, vm: { vm_id: name } }],
    }));
    both = await startBoth(listeners, upstream.address);
    return async () => {
      await both.stop();
      await upstream.close();
    };
  });

  test.for(["envoy", "live"] as const)("reads it as it reads the same JSON (%s)", async (gateway) => {
    const at = async (listener: string) =>
      (await fetchRaw(both.portOn(gateway, listener), request("/"))).body.toString();
    expect(await at("struct")).toBe('x"\u00e9|8080|0.25|true|a+b|false|2');
    expect(await at("text")).toBe(await at("struct"));
    expect(await at("empty")).toBe("|0||false||false|0");
  });
});
