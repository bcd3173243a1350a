import type { RouteConfig, VirtualHostConfig } from "../gateway/config.ts";
import { effective, readHeaderEdits } from "./header-edits.ts";
import type { Message } from "./message.ts";
import { readDirectResponse, readForward, readRedirect } from "./route-action.ts";
import { readHeaderMatcher, readQueryMatcher, readRegex } from "./text-match.ts";
import { peekType, readTyped } from "./typed.ts";
import type { Value } from "./value.ts";

const DEFAULT_TIMEOUT_MS = 15_000;
const FILTER_CONFIG = "envoy.config.route.v3.FilterConfig";

/** Clusters that routes name, with the place to point at when there is none of that name. */
export type ClusterUse = (cluster: string, at: Value) => void;

/** `config.route.v3.RouteConfiguration`. */
export function readRouteConfiguration(value: Value, uses: ClusterUse): VirtualHostConfig[] | undefined {
  const domains = new Set<string>();
  return value.message("RouteConfiguration", (message) => {
    const edits = readHeaderEdits(message);
    const disabled = readDisabled(message);
    const hosts = message.optional("virtual_hosts")?.list() ?? [];
    return hosts.flatMap((host) => {
      const read = host.message("VirtualHost", (it) => {
        const own = readHeaderEdits(it);
        const disabledFilters = { ...disabled, ...readDisabled(it) };
        return {
          ...readVirtualHost(it, domains, uses),
          ...effective(own, edits),
          ...(Object.keys(disabledFilters).length > 0 && { disabledFilters }),
        };
      });
      return read ?? [];
    });
  });
}

function readVirtualHost(message: Message, taken: Set<string>, uses: ClusterUse): VirtualHostConfig {
  const domains = message.required("domains")?.list() ?? [];
  return {
    name: message.required("name")?.string() ?? "",
    domains: domains.flatMap((item) => {
      const domain = item.string();
      if (domain === undefined) return [];
      if (taken.has(domain.toLowerCase()))
        item.problem(`${JSON.stringify(domain)} is there twice; Envoy wants each domain once`);
      taken.add(domain.toLowerCase());
      return [domain];
    }),
    routes: (message.optional("routes")?.list() ?? []).flatMap((route) => readRoute(route, uses) ?? []),
  };
}

function readRoute(value: Value, uses: ClusterUse): RouteConfig | undefined {
  return value.message("Route", (message) => {
    const match = message.required("match")?.message("RouteMatch", readMatch);
    const disabledFilters = readDisabled(message);
    const rest = {
      name: message.optional("name")?.string() ?? "",
      ...effective(readHeaderEdits(message)),
      ...(Object.keys(disabledFilters).length > 0 && { disabledFilters }),
    };
    const [kind, action] = message.oneOf(["route", "direct_response", "redirect"]) ?? [];
    if (match === undefined || action === undefined) return undefined;
    if (kind === "direct_response") {
      const response = action.message("DirectResponseAction", readDirectResponse);
      return response && { ...rest, match, action: response, timeoutMs: 0 };
    }
    if (kind === "redirect") {
      const redirect = action.message("RedirectAction", readRedirect);
      return redirect && { ...rest, match, action: redirect, timeoutMs: 0 };
    }
    return action.message("RouteAction", (route) => {
      const forward = readForward(route, uses);
      const times = readTimeouts(route);
      return forward && { ...rest, match, action: forward, ...times };
    });
  });
}

function readMatch(message: Message): RouteConfig["match"] | undefined {
  const ignoreCase = message.optional("case_sensitive")?.boolean() === false;
  const headers = message
    .optional("headers")
    ?.list()
    ?.flatMap((one) => readHeaderMatcher(one) ?? []);
  const query = message
    .optional("query_parameters")
    ?.list()
    ?.flatMap((one) => readQueryMatcher(one) ?? []);
  const conditions = {
    ...(ignoreCase && { ignoreCase }),
    ...(headers && { headers }),
    ...(query && { query }),
  };
  const [kind, value] = message.oneOf(["prefix", "path", "safe_regex", "path_separated_prefix"]) ?? [];
  if (kind === "safe_regex") {
    const regex = value!.message("RegexMatcher", readRegex);
    return regex === undefined ? undefined : { regex, ...conditions };
  }
  const text = value?.string();
  if (text === undefined) return undefined;
  if (kind === "prefix") return { prefix: text, ...conditions };
  return kind === "path" ? { path: text, ...conditions } : { separatedPrefix: text, ...conditions };
}

function readTimeouts(
  message: Message,
): Pick<RouteConfig, "timeoutMs" | "idleTimeoutMs" | "maxStreamDurationMs"> {
  const timeout = message.optional("timeout");
  const idle = message.optional("idle_timeout")?.duration();
  const duration = message
    .optional("max_stream_duration")
    ?.message("MaxStreamDuration", (it) => it.optional("max_stream_duration")?.duration());
  return {
    timeoutMs: timeout === undefined ? DEFAULT_TIMEOUT_MS : (timeout.duration() ?? 0),
    ...(idle !== undefined && { idleTimeoutMs: idle }),
    ...(duration !== undefined && { maxStreamDurationMs: duration }),
  };
}

/** `typed_per_filter_config`, of which only `FilterConfig.disabled` is simulated. */
function readDisabled(message: Message): Record<string, true> {
  const disabled: Record<string, true> = {};
  const at = message.optional("typed_per_filter_config");
  at?.message("PerFilterConfig", (perFilter) => {
    for (const [name, value] of perFilter.all()) {
      if (peekType(value) !== FILTER_CONFIG) {
        value.problem(
          `${peekType(value) ?? "a configuration without @type"} is not simulated; ${FILTER_CONFIG} with disabled is`,
        );
        continue;
      }
      const is = readTyped(value, FILTER_CONFIG, "FilterConfig", (config) =>
        config.optional("disabled")?.boolean(),
      );
      if (is === true) disabled[name] = true;
      else value.problem("is empty, which Envoy refuses; write disabled: true");
    }
  });
  return disabled;
}
