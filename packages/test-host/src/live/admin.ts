import { createServer, type IncomingMessage, type Server } from "node:http";
import type { GatewayConfig, SocketAddress } from "../gateway/config.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { LOG_LEVELS } from "../gateway/observe.ts";
import { listen } from "./socket.ts";

/** What the admin interface tells of: always what runs now. */
export interface Administered {
  readonly gateway: Gateway;
  readonly config: GatewayConfig;
}

interface Answer {
  status?: number;
  text?: string;
  json?: unknown;
}

type Page = (url: URL, request: IncomingMessage) => Answer;

/** Serves Envoy's admin interface, as far as it makes sense here. Rejects when the address is taken. */
export async function serveAdmin(live: Administered, address: SocketAddress): Promise<Server> {
  const pages = adminPages(live);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://admin");
    const page: Page =
      pages[url.pathname] ?? (() => ({ status: 404, text: `There is no ${url.pathname}.\n${list(pages)}` }));
    const { status = 200, text, json } = page(url, request);
    response.writeHead(status, { "content-type": json === undefined ? "text/plain" : "application/json" });
    response.end(json === undefined ? text : `${JSON.stringify(json, null, 1)}\n`);
  });
  await listen(server, address, "--admin-port");
  return server;
}

function adminPages(live: Administered): Record<string, Page> {
  const started = Date.now();
  const pages: Record<string, Page> = {
    "/ready": () => ({ text: "LIVE\n" }),
    "/server_info": () => ({
      json: { state: "LIVE", uptime_current_epoch: `${Math.floor((Date.now() - started) / 1000)}s` },
    }),
    "/stats": (url) => {
      const stats = live.gateway.stats();
      if (url.searchParams.get("format") === "json") return { json: stats };
      const rows = {
        "http.requests": stats.requests,
        "http.active_streams": stats.activeStreams,
        ...stats.metrics,
      };
      return {
        text: Object.entries(rows)
          .map(([name, value]) => `${name}: ${value}\n`)
          .join(""),
      };
    },
    "/clusters": () => ({ text: live.config.clusters.map(describeCluster).join("") }),
    "/config_dump": () => ({ json: dump(live.config) }),
    "/logging": (url, request) => logging(live.gateway, url, request.method ?? "GET"),
    "/help": () => ({ text: list(pages) }),
  };
  return pages;
}

function list(pages: Record<string, Page>): string {
  return `Pages: ${Object.keys(pages).join(" ")}\n`;
}

function describeCluster({ name, endpoints }: GatewayConfig["clusters"][number]): string {
  const hosts = endpoints.map((endpoint) =>
    "port" in endpoint ? `${endpoint.address}:${endpoint.port}` : "built-in",
  );
  return hosts.length === 0 ? `${name}::no hosts\n` : hosts.map((host) => `${name}::${host}\n`).join("");
}

/** Envoy's form: `?wasm=debug` for the plugins' logger, `?level=debug` for all; here they are one. */
function logging(gateway: Gateway, { searchParams }: URL, method: string): Answer {
  const wanted = searchParams.get("wasm") ?? searchParams.get("level");
  if (wanted !== null) {
    if (method !== "POST") return { status: 405, text: "Changing the level takes a POST.\n" };
    const level = LOG_LEVELS.find((one) => one === (wanted === "warning" ? "warn" : wanted));
    if (level === undefined)
      return { status: 400, text: `There is no level ${wanted}: ${LOG_LEVELS.join(" ")}\n` };
    gateway.logLevel = level;
  }
  return { text: `active loggers:\n  wasm: ${gateway.logLevel}\n` };
}

/** The configuration without the modules' bytes; plugin configurations as text. */
function dump(config: GatewayConfig): unknown {
  return {
    ...config,
    listeners: config.listeners.map((listener) => ({
      ...listener,
      filters: listener.filters.map(({ code, configuration, vmConfiguration, ...filter }) => ({
        ...filter,
        code: code.path ?? `${code.bytes.length} bytes`,
        configuration: Buffer.from(configuration).toString(),
        vmConfiguration: Buffer.from(vmConfiguration).toString(),
      })),
    })),
    clusters: config.clusters.map(describeCluster),
  };
}
