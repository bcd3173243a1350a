import type { RouteConfig, VirtualHostConfig } from "../gateway/config.ts";
import type { Message } from "./message.ts";
import type { Value } from "./value.ts";

const DEFAULT_TIMEOUT_MS = 15_000;

/** Clusters that routes name, with the place to point at when there is none of that name. */
export type ClusterUse = (cluster: string, at: Value) => void;

/** `config.route.v3.RouteConfiguration`. */
export function readRouteConfiguration(value: Value, uses: ClusterUse): VirtualHostConfig[] | undefined {
  const domains = new Set<string>();
  return value.message("RouteConfiguration", (message) => {
    const hosts = message.optional("virtual_hosts")?.list() ?? [];
    return hosts.flatMap((host) => readVirtualHost(host, domains, uses) ?? []);
  });
}

function readVirtualHost(value: Value, taken: Set<string>, uses: ClusterUse): VirtualHostConfig | undefined {
  return value.message("VirtualHost", (message) => {
    const name = message.required("name")?.string() ?? "";
    const domains = message.required("domains")?.list() ?? [];
    const routes = message.optional("routes")?.list() ?? [];
    return {
      name,
      domains: domains.flatMap((item) => {
        const domain = item.string();
        if (domain === undefined) return [];
        if (taken.has(domain))
          item.problem(`${JSON.stringify(domain)} is there twice; Envoy wants each domain once`);
        taken.add(domain);
        return [domain];
      }),
      routes: routes.flatMap((route) => readRoute(route, uses) ?? []),
    };
  });
}

function readRoute(value: Value, uses: ClusterUse): RouteConfig | undefined {
  return value.message("Route", (message) => {
    const name = message.optional("name")?.string() ?? "";
    const match = message.required("match")?.message("RouteMatch", readMatch);
    const [kind, action] = message.oneOf(["route", "direct_response"]) ?? [];
    if (kind === "direct_response") {
      const response = action!.message("DirectResponseAction", readDirectResponse);
      return match && response && { name, match, action: response, timeoutMs: 0 };
    }
    const forward = action?.message("RouteAction", (route) => readForward(route, uses));
    return match && forward && { name, match, ...forward };
  });
}

function readMatch(message: Message): RouteConfig["match"] | undefined {
  const [kind, value] = message.oneOf(["prefix", "path", "safe_regex"]) ?? [];
  if (kind === "safe_regex") return value!.message("RegexMatcher", readRegex);
  const text = value?.string();
  if (text === undefined) return undefined;
  return kind === "prefix" ? { prefix: text } : { path: text };
}

/** RE2 and JavaScript agree on what routes are written with; a pattern that JavaScript cannot read is refused. */
function readRegex(message: Message): { regex: string } | undefined {
  const value = message.required("regex");
  const regex = value?.string();
  if (regex === undefined) return undefined;
  try {
    RegExp(regex, "u").test("");
    return { regex };
  } catch (error) {
    return value!.problem(`${(error as Error).message}; write it without RE2's own syntax`);
  }
}

function readForward(
  message: Message,
  uses: ClusterUse,
): Pick<RouteConfig, "action" | "timeoutMs"> | undefined {
  const at = message.required("cluster");
  const cluster = at?.string();
  const timeout = message.optional("timeout");
  const timeoutMs = timeout === undefined ? DEFAULT_TIMEOUT_MS : (timeout.duration() ?? 0);
  if (cluster === undefined) return undefined;
  uses(cluster, at!);
  return { action: { cluster }, timeoutMs };
}

function readDirectResponse(message: Message): { status: number; body: string } | undefined {
  const status = message.required("status")?.integer(200, 599);
  const body = message
    .optional("body")
    ?.message("DataSource", (source) => source.required("inline_string")?.string());
  return status === undefined ? undefined : { status, body: body ?? "" };
}
