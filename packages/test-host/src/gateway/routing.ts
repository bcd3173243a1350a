import type { ChosenRoute, RouteTable } from "../stream/route.ts";
import type { RouteConfig, VirtualHostConfig } from "./config.ts";

/**
 * Envoy's choice: exact domain, then the longest `*.suffix`, then the longest `prefix.*`, then `*`; within the virtual
 * host the first route that matches. Domains are compared without case. A regex matches the whole path, without query.
 */
export function routeTable(virtualHosts: readonly VirtualHostConfig[]): RouteTable {
  const domains = virtualHosts.flatMap((host) =>
    host.domains.map((domain) => ({ domain: domain.toLowerCase(), host })),
  );
  const longestFirst = domains.sort((a, b) => b.domain.length - a.domain.length);
  const tiers = [
    (domain: string, name: string) => !domain.includes("*") && domain === name,
    (domain: string, name: string) =>
      domain.startsWith("*") &&
      domain.length > 1 &&
      name.length >= domain.length &&
      name.endsWith(domain.slice(1)),
    (domain: string, name: string) =>
      domain.endsWith("*") &&
      domain.length > 1 &&
      name.length >= domain.length &&
      name.startsWith(domain.slice(0, -1)),
    (domain: string) => domain === "*",
  ];
  const compiled = new Map<RouteConfig, (path: string) => boolean>();
  for (const host of virtualHosts) for (const route of host.routes) compiled.set(route, matcher(route.match));

  return (authority, path): ChosenRoute | undefined => {
    const name = authority.toLowerCase();
    for (const tier of tiers) {
      const found = longestFirst.find(({ domain }) => tier(domain, name));
      if (found === undefined) continue;
      const route = found.host.routes.find((each) => compiled.get(each)?.(path));
      return route && { virtualHost: found.host, route };
    }
    return undefined;
  };
}

function matcher(match: RouteConfig["match"]): (path: string) => boolean {
  const withoutQuery = (path: string) => path.split(/[?#]/, 1)[0] ?? "";
  if ("prefix" in match) return (path) => path.startsWith(match.prefix);
  if ("path" in match) return (path) => withoutQuery(path) === match.path;
  const pattern = new RegExp(`^(?:${match.regex})$`);
  return (path) => pattern.test(withoutQuery(path));
}
