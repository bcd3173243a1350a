import type { CallbackName } from "@gateway-plugins/test-parts/guests/abi";
import type { Argument, Plugin, Program, Scenario, Service, Step } from "../scenario.ts";

/** The service that callouts ask, unless a scenario has its own. */
export const SERVICE: Readonly<Record<string, Service>> = { service: [{ body: "answer" }] };

/** An HTTP callout to the cluster `service`. */
export function call(
  options: {
    cluster?: Argument;
    headers?: Argument;
    body?: Argument;
    trailers?: Argument;
    timeout?: number;
  } = {},
): Step {
  const { cluster = { cluster: "service" }, body = "", trailers = "", timeout = 20_000 } = options;
  const headers = options.headers ?? [
    [":method", "GET"],
    [":path", "/call"],
    [":authority", "service.test"],
  ];
  return ["proxy_http_call", cluster, headers, body, trailers, timeout];
}

export const INTO_STREAM: Step = ["proxy_set_effective_context", { saved: "stream" }];
/** In a callout's callback: the stream that waits for it goes on. */
export function resume(type: number): Step[] {
  return [INTO_STREAM, ["proxy_continue_stream", type]];
}

export function reply(
  status: number,
  options: { details?: string; body?: Argument; headers?: Argument; grpc?: number } = {},
): Step {
  const { details = "from_plugin", body = "reply", headers = [["x-reply", "yes"]], grpc = -1 } = options;
  return ["proxy_send_local_response", status, details, body, headers, grpc];
}

export type Callbacks = { readonly [name in CallbackName]?: Program };

/** A scenario with one plugin. */
export function one(
  name: string,
  callbacks: Callbacks,
  more: Partial<Omit<Scenario, "plugins">> & { plugin?: Partial<Plugin> } = {},
): Scenario {
  const { plugin, ...rest } = more;
  return { name, plugins: [{ callbacks, ...plugin }], ...rest };
}

/** A request and a response that pass every stream callback: chunks and trailers both ways. */
export const EVERYTHING: Partial<Scenario> = {
  requests: [
    {
      method: "POST",
      headers: [
        ["x-one", "1"],
        ["x-one", "2"],
        ["x-empty", ""],
      ],
      body: ["one ", "two"],
      trailers: [["x-request-trailer", "rt"]],
    },
  ],
  upstream: [
    {
      headers: [
        ["x-from", "service"],
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
      ],
      body: ["up", "stream"],
      trailers: [["x-response-trailer", "st"]],
    },
  ],
};

/** Every callback that a whole exchange reaches, in order. */
export const PHASES = [
  "proxy_on_context_create",
  "proxy_on_request_headers",
  "proxy_on_request_body",
  "proxy_on_request_trailers",
  "proxy_on_response_headers",
  "proxy_on_response_body",
  "proxy_on_response_trailers",
  "proxy_on_log",
  "proxy_on_done",
  "proxy_on_delete",
] as const satisfies readonly CallbackName[];

/** `proxy_on_request_headers` as people say it: `request headers`. */
export function spoken(callback: string): string {
  return callback.replace(/^proxy_on_/, "").replaceAll("_", " ");
}

/** In a root context only: `proxy_on_context_create` runs for it first. */
export function inStream(steps: readonly Step[]): Program {
  return { each: [[], steps, []] };
}

/** The steps for one phase: of `proxy_on_context_create`, the stream's. */
export function during(phase: (typeof PHASES)[number], steps: readonly Step[]): Callbacks {
  return { [phase]: phase === "proxy_on_context_create" ? inStream(steps) : { each: [steps, []] } };
}
