import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { startGateway, upstream } from "../../src/index.ts";
import { CALLBACKS, type CallbackName } from "../../src/vm/callbacks.ts";
import { higress } from "../../src/profile/higress.ts";
import { assemble } from "@gateway-plugins/test-parts/guests/assemble";
import { guest, pairs } from "@gateway-plugins/test-parts/guests/guest";

/** Every run tries the same programs; another number tries others. */
const SEED = Number(process.env["GATEWAY_FUZZ_SEED"] ?? 20261124);
const RUNS = Number(process.env["GATEWAY_FUZZ_RUNS"] ?? 40);

const FUNCTIONS = [...higress.hostFunctions].filter(([key]) => !key.startsWith("wasi_unstable."));
const [WASI, OWN] = [true, false].map((wasi) => FUNCTIONS.filter(([key]) => key.startsWith("wasi") === wasi));
const ENTRIES = (Object.keys(CALLBACKS) as CallbackName[]).filter(
  (name) => name.startsWith("proxy_on_") && name !== "proxy_on_memory_allocate",
);
/** The guest's memory: 64 KiB of it, texts from 1024 on, pairs from 2048 on. */
const TEXTS = [
  ":path",
  "x-a",
  "a\r\nb: c",
  "auth",
  "request\0path",
  "clear_route_cache",
  "wasm_need_rebuild",
  "",
];
const MEMORY_END = 65_536;

const i32 = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 200, 1024, 2048, 2050, 4096) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(-1, 0x7fffffff, -0x80000000, MEMORY_END - 1, MEMORY_END, MEMORY_END - 4),
  },
  { weight: 1, arbitrary: fc.integer() },
);
const i64 = fc.oneof(
  fc.constantFrom(0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n)),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
);

const hostFunction = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...OWN!) },
  { weight: 1, arbitrary: fc.constantFrom(...WASI!) },
);
const call = hostFunction.chain(([key, { signature }]) => {
  const [parameters = ""] = signature.split(" -> ");
  const types = parameters === "void" ? [] : parameters.split(" ");
  return fc
    .tuple(...types.map((type): fc.Arbitrary<number | bigint> => (type === "i64" ? i64 : i32)))
    .map((args) => {
      const operands = args.map((arg, i) => `(${types[i]}.const ${arg})`).join(" ");
      const code = `(call $${key} ${operands})`;
      return signature.endsWith("void") ? code : `(drop ${code})`;
    });
});
const trap = fc.constantFrom(
  "(unreachable)",
  "(drop (i32.load (i32.const -8)))",
  "(drop (memory.grow (i32.const 1)))",
);
const body = fc
  .array(fc.oneof({ weight: 30, arbitrary: call }, { weight: 1, arbitrary: trap }), { maxLength: 5 })
  .map((calls) => calls.join("\n"));
const callbacks = fc.dictionary(
  fc.constantFrom(...ENTRIES),
  fc.tuple(body, fc.integer({ min: -1, max: 6 })),
  {
    minKeys: 4,
    maxKeys: 12,
  },
);
const program = fc.record({
  callbacks,
  /** What the allocator answers: an address, or -1: good ones. */
  allocator: fc.oneof({ weight: 4, arbitrary: fc.constant(-1) }, { weight: 1, arbitrary: i32 }),
});
type Program = typeof program extends fc.Arbitrary<infer T> ? T : never;

function compile({ callbacks: bodies, allocator }: Program): Uint8Array {
  const imports = FUNCTIONS.map(([key, { signature }]) => {
    const [left = "", right = ""] = signature.split(" -> ");
    const [module, name] = [key.slice(0, key.indexOf(".")), key.slice(key.indexOf(".") + 1)];
    const side = (keyword: string, types: string) => (types === "void" ? "" : `(${keyword} ${types})`);
    return `(import "${module}" "${name}" (func $${key} ${side("param", left)} ${side("result", right)}))`;
  });
  const entries = Object.entries(bodies).map(([name, [code, status]]) => {
    const [left = "", right = ""] = CALLBACKS[name as CallbackName].split(" -> ");
    const parameters = left === "void" ? "" : `(param ${left})`;
    // A plugin that does not start tries nothing.
    const result = /vm_start|configure/.test(name) ? 1 : status;
    return `(func (export "${name}") ${parameters} ${right === "void" ? code : `(result i32) ${code} (i32.const ${result})`})`;
  });
  const texts = TEXTS.map(
    (text, i) =>
      `(data (i32.const ${1024 + 64 * i}) "${[...Buffer.from(text)].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("")}")`,
  );
  return assemble(`(module ${imports.join("\n")} (memory (export "memory") 1 64) ${texts.join("\n")}
    (data (i32.const 2048) "\\01\\00\\00\\00\\03\\00\\00\\00\\01\\00\\00\\00x-a\\00b\\00")
    (global $top (mut i32) (i32.const 8192))
    (func (export "malloc") (param $size i32) (result i32)
      ${
        allocator === -1
          ? `(if (i32.gt_u (local.get $size) (i32.const 4096)) (then (return (i32.const 0))))
             (global.set $top (i32.and (i32.add (global.get $top) (local.get $size)) (i32.const 32767))) (global.get $top)`
          : `(i32.const ${allocator})`
      })
    (func (export "proxy_abi_version_0_2_1")) ${entries.join("\n")})`);
}

const CALL = pairs({ ":method": "GET", ":path": "/", ":authority": "beside" });

/** Holds every request for a call, counts, and rewrites the response's body: what another plugin could disturb. */
const bystander = guest(
  ({ on, run, text, call: invoke }) =>
    on("proxy_on_configure", run("proxy_define_metric", 0, text("seen"), 16)) +
    on(
      "proxy_on_request_headers",
      `${run("proxy_increment_metric", "(i32.load (i32.const 16))", "(i64.const 1)")}
       ${run("proxy_set_shared_data", text("k"), text("value"), 0)}
       ${run("proxy_http_call", text("beside"), text(CALL), 0, 0, text("\0\0\0\0"), 1000, 20)}
       (i32.store offset=60000 (i32.load (i32.const 20)) (local.get $id))
       (return (i32.const 1))`,
    ) +
    on(
      "proxy_on_http_call_response",
      `${run("proxy_set_effective_context", "(i32.load offset=60000 (local.get $token))")}
       ${run("proxy_get_shared_data", text("k"), 24, 28, 32)}
       ${run("proxy_add_header_map_value", 0, text("x-shared"), "(i32.load (i32.const 24))", "(i32.load (i32.const 28))")}
       ${run("proxy_continue_stream", 0)}`,
    ) +
    on("proxy_on_response_headers", run("proxy_remove_header_map_value", 2, text("content-length"))) +
    on("proxy_on_response_body", `(drop ${invoke("proxy_set_buffer_bytes", 1, 0, 100, text("rewritten"))})`),
);

const surprises: unknown[] = [];
const surprised = (error: unknown) => void surprises.push(error);
process.on("uncaughtException", surprised);
process.on("unhandledRejection", surprised);
afterAll(() => {
  process.off("uncaughtException", surprised);
  process.off("unhandledRejection", surprised);
});

test(`a guest that calls anything with anything harms nobody but itself (seed ${SEED})`, async () => {
  const beside = upstream({ body: "go on" });
  await fc.assert(
    fc.asyncProperty(program, async (each) => {
      surprises.length = 0;
      const service = upstream({ body: "from upstream" });
      const gateway = await startGateway({
        plugins: [
          { plugin: bystander, name: "bystander", vmId: "beside" },
          { plugin: compile(each), name: "fuzz", vmId: "fuzz", failOpen: true },
        ],
        profile: "higress",
        upstream: service,
        routeTimeoutMs: 300,
        clusters: { beside, auth: upstream({ body: "yes" }), none: null },
        canary: false,
        watchdogMs: 0,
      }).catch((error: { code?: string }) => {
        // It may end itself while it starts; anything else is the host's doing.
        if (error.code === "start-failed") return undefined;
        throw error;
      });
      if (gateway === undefined) return;
      const client = new AbortController();
      const send = (path: string) =>
        gateway.fetch(path, { body: ["some", "body"], headers: { "x-a": "1" }, signal: client.signal });
      const responses = Promise.allSettled([send("/1"), send("/2")]);
      await gateway.advance(10);
      await gateway.configure("another", "fuzz");
      await gateway.advance(400);
      client.abort();
      await responses;
      expect(gateway.metrics["wasmcustom.seen"]).toBe(2);
      for (const request of service.requests) expect(request.header("x-shared")).toBe("value");
      await gateway.close();
      expect(surprises).toEqual([]);
    }),
    { seed: SEED, numRuns: RUNS, endOnFailure: false },
  );
}, 60_000);
