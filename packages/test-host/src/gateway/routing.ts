import type { ChosenRoute, RouteTable } from "../stream/route.ts";
import { compileMatch } from "../stream/routing/route-match.ts";
import type { VirtualHostConfig } from "./config.ts";

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
  const compiled = new Map(
    virtualHosts.flatMap(({ routes }) => routes.map((route) => [route, compileMatch(route.match)] as const)),
  );

  return (headers): ChosenRoute | undefined => {
    const name = (headers.get(":authority") ?? "").toLowerCase();
    const path = headers.get(":path") ?? "";
    for (const tier of tiers) {
      const found = longestFirst.find(({ domain }) => tier(domain, name));
      if (found === undefined) continue;
      const route = found.host.routes.find((each) => compiled.get(each)?.(path, headers));
      return route && { virtualHost: found.host, route };
    }
    return undefined;
  };
}
