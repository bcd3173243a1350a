import type { Argument, Service, Step } from "../scenario.ts";

/** The service that callouts ask, unless a scenario has its own. */
export const SERVICE: Readonly<Record<string, Service>> = { service: [{ body: "answer" }] };

/** An HTTP callout to the cluster `service`. */
export function call(
  options: { cluster?: Argument; path?: string; body?: Argument; timeout?: number } = {},
): Step {
  const { cluster = { cluster: "service" }, path = "/call", body = "", timeout = 2000 } = options;
  const headers = [
    [":method", "GET"],
    [":path", path],
    [":authority", "service.test"],
  ] as const;
  return ["proxy_http_call", cluster, headers, body, "", timeout];
}
