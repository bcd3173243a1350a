import { createServer, type Server } from "node:http";
import type { SocketAddress } from "../../gateway/config.ts";
import { listen } from "../socket.ts";
import type { Administered } from "./administered.ts";
import type { Answer } from "./answer.ts";
import { adminPages, help } from "./pages.ts";

/** Serves Envoy's admin interface, as far as it makes sense here. Rejects when the address is taken. */
export async function serveAdmin(live: Administered, address: SocketAddress): Promise<Server> {
  const pages = adminPages(live);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://admin");
    const page = pages[url.pathname];
    const {
      status = 200,
      text,
      json,
    } = ((): Answer => {
      if (page === undefined) return { status: 404, text: `invalid path. ${help(pages)}` };
      if (page.post && request.method !== "POST")
        return { status: 405, text: `Method ${request.method ?? ""} not allowed, POST required.` };
      return page.answer(url.searchParams);
    })();
    response.writeHead(status, {
      "content-type": json === undefined ? "text/plain; charset=UTF-8" : "application/json",
      "cache-control": "no-cache, max-age=0",
      "x-content-type-options": "nosniff",
      server: "envoy",
    });
    response.end(
      json === undefined ? text : typeof json === "string" ? json : `${JSON.stringify(json, null, 1)}\n`,
    );
  });
  await listen(server, address, "--admin-port");
  return server;
}
