import { basename, dirname, join } from "node:path";
import { existsSync } from "node:fs";
import { readManifests, type PluginManifest } from "@gateway-plugins/test-host/live";
import { buildGateway, type ServedRoute } from "./build-gateway.ts";
import { moduleLoader } from "./from-envoy.ts";
import type { GatewayFlags } from "./gateway-flags.ts";
import type { Input } from "./input.ts";
import { readTextFile } from "./read-text-file.ts";
import { clusterName } from "./services.ts";
import type { Targets } from "./targets.ts";

/**
 * The plugins of a Higress `WasmPlugin` manifest. Each ingress and service that a rule names gets a route of that name, so
 * that a request can meet the rule: `/<name>` unless `--route` says otherwise.
 */
export function fromManifest(
  file: string,
  modules: [name: string, path: string][],
  flags: GatewayFlags,
  targets: Targets,
): Input {
  return {
    profile: "higress",
    async read(look) {
      look(file);
      const notes: string[] = [];
      const load = moduleLoader(file, modules, look, (note) => void notes.push(note));
      const manifests = readManifests(readTextFile(file), file, (url) =>
        load(besideManifest(file, url) ?? url),
      );
      for (const manifest of manifests) {
        notes.push(...manifest.notes.map((note) => `${manifest.name}: ${note}`));
        if (manifest.filter === undefined)
          notes.push(`${manifest.name}: the defaults are disabled and no rule is left, so it is not served.`);
      }
      const plugins = manifests.flatMap(({ filter }) => filter ?? []);
      const reading = await buildGateway(
        plugins.map((filter) => ({ ...filter, configuration: Buffer.from(filter.configuration).toString() })),
        flags,
        targets,
        routesFor(manifests, flags),
      );
      const domains = new Set(manifests.flatMap((manifest) => manifest.domains));
      const tries = [...domains].map((domain) => ({ path: "/get", host: domain.replaceAll("*", "any") }));
      return {
        ...reading,
        notes: [...notes, ...reading.notes],
        tries: [...(reading.tries ?? []), ...tries, { path: "/get" }],
      };
    },
  };

  /** An image or a download is no file; the module that it holds may be beside the manifest. */
  function besideManifest(manifest: string, url: string): string | undefined {
    if (modules.some(([name]) => name === url) || !/^[a-z]+:\/\//.test(url)) return undefined;
    const name = basename(url)
      .replace(/[:@].*$/, "")
      .replace(/(\.wasm)?$/, ".wasm");
    const path = join(dirname(manifest), name);
    return existsSync(path) ? path : undefined;
  }
}

function routesFor(manifests: PluginManifest[], flags: GatewayFlags): ServedRoute[] {
  const prefixes = new Map(flags.routes);
  const prefixOf = (name: string): string => {
    const given = prefixes.get(name);
    prefixes.delete(name);
    return given ?? `/${basename(name)}`;
  };
  const ingresses = new Set(manifests.flatMap((manifest) => manifest.ingresses));
  const services = new Set(manifests.flatMap((manifest) => manifest.services));
  const routes: ServedRoute[] = [...ingresses].map((name) => ({ name, prefix: prefixOf(name) }));
  for (const service of services) {
    const [name = "", port = "80"] = service.split(":");
    const cluster = clusterName({ name, port: Number(port) }, 80);
    routes.push({ name: service, prefix: prefixOf(service), cluster });
  }
  for (const [name, prefix] of prefixes) routes.push({ name, prefix });
  return routes;
}
