import type { ForwardAction, PathRewrite, RedirectAction, RouteConfig } from "../../gateway/route-config.ts";
import type { HeaderMap } from "../header-map.ts";
import { compileRegex } from "./regex.ts";
import { matchedLength, withoutQuery } from "./route-match.ts";

/** Changes a request's path and host as its route asks for. Source: Envoy, `RouteEntryImplBase::finalizeRequestHeaders`. */
export function rewriteRequest(headers: HeaderMap, route: RouteConfig, action: ForwardAction): void {
  rewriteHost(headers, action);
  const path = headers.get(":path");
  if (action.path === undefined || path === undefined) return;
  const rewritten = rewritePath(path, action.path, route.match);
  headers.set("x-envoy-original-path", path);
  headers.replace(":path", rewritten);
}

function rewriteHost(headers: HeaderMap, { host, appendForwardedHost }: ForwardAction): void {
  if (host === undefined) return;
  const rewritten = "literal" in host ? host.literal : headers.get(host.header);
  if (rewritten === undefined || rewritten === "") return;
  const original = headers.get(":authority") ?? "";
  headers.set("x-envoy-original-host", original);
  if (appendForwardedHost === true) headers.add("x-forwarded-host", original);
  headers.replace(":authority", rewritten);
}

function rewritePath(path: string, rewrite: PathRewrite, match: RouteConfig["match"]): string {
  if ("prefix" in rewrite) return rewrite.prefix + path.slice(matchedLength(match, path));
  const plain = withoutQuery(path);
  const substitution = rewrite.substitution
    .replace(/\$/g, "$$$$")
    .replace(/\\(\d)/g, "$$$1")
    .replace(/\$0/g, "$$&");
  return plain.replace(compileRegex(rewrite.regex, "g"), substitution) + path.slice(plain.length);
}

/** Where a redirect sends the client. Source: Envoy, `Http::Utility::newUri`. */
export function redirectLocation(
  headers: HeaderMap,
  { redirect }: RedirectAction,
  match: RouteConfig["match"],
): string {
  const proto = headers.get("x-forwarded-proto") ?? "";
  const scheme = redirect.scheme ?? headers.get(":scheme") ?? proto;
  const port = redirect.port === undefined ? "" : `:${redirect.port}`;
  const path = headers.get(":path") ?? "/";
  const host =
    redirect.host ??
    hostWithoutPort(headers.get(":authority") ?? "", port !== "", scheme === proto ? "" : proto);
  return `${scheme}://${host}${port}${redirectPath(path, redirect, match)}`;
}

function hostWithoutPort(host: string, replaced: boolean, leftScheme: string): string {
  const [, name = host, port] = /^(.*[^:]):(\d+)$/.exec(host) ?? [];
  const isDefault = (leftScheme === "http" && port === "80") || (leftScheme === "https" && port === "443");
  return replaced || isDefault ? name : host;
}

function redirectPath(
  path: string,
  { path: change, stripQuery }: RedirectAction["redirect"],
  match: RouteConfig["match"],
): string {
  const query = path.slice(withoutQuery(path).length);
  const base =
    change === undefined
      ? path
      : "whole" in change
        ? change.whole + (change.whole.includes("?") ? "" : query)
        : rewritePath(path, change, match);
  return stripQuery === true ? withoutQuery(base) : base;
}
