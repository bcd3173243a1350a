import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { BUILDS, build } from "./compile.ts";
import { withinLimit } from "./fuzz/bare-host.ts";

type Numbers = (...numbers: number[]) => number;
const OK = 0;
const ROOT = 1;

const WAITS = `import { Action, Cluster, HttpClient, Plugin } from "@gateway-plugins/sdk";
const client = new HttpClient(Cluster.named("c", "host"));
class Config {}
class State { n: i32 = 0; }
new Plugin<Config, State>("p")
  .onRequestHeaders((ctx) => {
    ctx.state.n++;
    return client.get("/").send(ctx, (ctx, response) => ctx.state.n > 9 ? ctx.respond(403) : Action.Continue);
  })
  .onResponseHeaders((ctx) => { ctx.response.headers.set("n", ctx.state.n.toString()); return Action.Continue; });`;
const STREAMS = `import { Action, Bytes, Cluster, GrpcClient, Plugin } from "@gateway-plugins/sdk";
const client = new GrpcClient(Cluster.named("c", "host"));
new Plugin("p").onRequestHeaders((ctx) =>
  client.stream("s.S", "m").write(Bytes.of("a")).send(ctx, (ctx, stream) => stream.message ? stream.wait() : ctx.respond(200, stream.reason)));`;

describe.for(BUILDS)("a host that breaks the rules (%s)", ([, flags]) => {
  /** Runs a plugin on the least host there can be; `token` is what a call or a stream is told, undefined for nothing. */
  const start = async (source: string, token: () => number | undefined) => {
    const told: string[] = [];
    const note = (text: string): number => {
      told.push(text);
      return OK;
    };
    const module = new WebAssembly.Module(new Uint8Array(await build(source, flags)));
    const give = (at: number | undefined): number => {
      const given = token();
      if (given !== undefined) new DataView(memory().buffer).setUint32(at! >>> 0, given, true);
      return OK;
    };
    const known: Record<string, Numbers> = {
      proxy_http_call: (...numbers) => give(numbers[9]),
      proxy_grpc_stream: (...numbers) => give(numbers[8]),
      proxy_get_property: () => 1,
      proxy_get_header_map_value: () => 1,
      proxy_get_buffer_bytes: () => 1,
      proxy_get_status: () => 1,
      proxy_continue_stream: (stream) => note(`continue ${stream}`),
      proxy_send_local_response: (status) => note(`answer ${status}`),
    };
    const imports = WebAssembly.Module.imports(module).map(
      ({ name }) => [name, known[name] ?? (() => OK)] as const,
    );
    const { exports }: { exports: WebAssembly.Exports } = new WebAssembly.Instance(module, {
      env: Object.fromEntries(imports),
    });
    const memory = (): WebAssembly.Memory => exports["memory"] as WebAssembly.Memory;
    const callbacks = exports as Record<string, Numbers | undefined>;
    callbacks["_initialize"]?.();
    const call = (name: string, ...numbers: number[]): number | undefined =>
      callbacks[`proxy_on_${name}`]?.(...numbers);
    return { told, call };
  };

  test("tells of a request's headers twice", async () => {
    let token = 0;
    const { told, call } = await start(WAITS, () => ++token);
    withinLimit(() => {
      for (let id = 2; id < 3_000; id++) {
        call("context_create", id, ROOT);
        for (let times = 0; times < 2; times++) call("request_headers", id, 0, 1);
        call("http_call_response", ROOT, token, 0, 0, 0);
        call("http_call_response", ROOT, token - 1, 0, 0, 0);
        call("response_headers", id, 0, 1);
      }
    });
    expect(new Set(told)).toEqual(new Set(["continue 0"]));
    expect(told).toHaveLength(2_998);
  });
  test.for([
    ["no token for a stream", undefined],
    ["0 for a stream's token", 0],
    ["a stream's token twice", 7],
  ] as const)("gives %s", async ([, token]) => {
    const { told, call } = await start(STREAMS, () => token);
    withinLimit(() => {
      for (let id = 2; id < 500; id++) {
        call("context_create", id, ROOT);
        call("request_headers", id, 0, 1);
        if (id % 3) continue;
        call("grpc_receive", ROOT, token ?? 0, 3);
        call("grpc_close", ROOT, token ?? 0, 0);
        if (id % 2) call("delete", id);
      }
    });
    // Each is either answered by its own end or refused at once.
    expect(new Set(told)).toEqual(new Set(["answer 200"]));
  });
});
