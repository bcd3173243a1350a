import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { echo, ListenError, serve, type GatewayConfig, type LiveGateway } from "../../src/live/index.ts";
import type { UpstreamHandler } from "../../src/services/upstream/upstream.ts";

let live: LiveGateway | undefined;
afterEach(() => live?.close());

async function serveUpstream(handler: UpstreamHandler): Promise<LiveGateway> {
  const route = { name: "", match: { prefix: "/" }, action: { cluster: "up" }, timeoutMs: 0 };
  const config: GatewayConfig = {
    listeners: [
      {
        name: "l",
        address: { address: "0.0.0.0", port: 0 },
        virtualHosts: [{ name: "all", domains: ["*"], routes: [route] }],
        filters: [],
      },
    ],
    clusters: [{ name: "up", connectTimeoutMs: 100, endpoints: [{ handler }] }],
    admin: { address: "127.0.0.1", port: 0 },
  };
  live = await serve(config, { profile: "envoy" });
  return live;
}

/** Sends raw bytes and reads until the gateway closes. */
function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes, "latin1"));
    socket.on("data", (chunk) => (received += chunk.toString("latin1")));
    socket.on("end", () => resolve(received));
    socket.on("error", reject);
  });
}

describe("a listener on a socket", () => {
  it("narrows 0.0.0.0 to the loopback address", async () => {
    expect((await serveUpstream(echo)).listeners["l"]!.address).toBe("127.0.0.1");
  });

  it("forwards a chunked body and its length-less answer", async () => {
    const { listeners } = await serveUpstream((request) => ({ body: [request.body, "!"] }));
    const request =
      "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
    const answer = await exchange(listeners["l"]!.port, request);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain("transfer-encoding: chunked\r\n");
    expect(answer).toMatch(/hi[^]*!\r\n0\r\n\r\n$/);
  });

  it("keeps repeated headers as they are and adds none of Node's", async () => {
    const headers: [string, string][] = [
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["content-length", "2"],
    ];
    const { listeners } = await serveUpstream(() => ({ headers, body: "ok" }));
    const answer = await exchange(
      listeners["l"]!.port,
      "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    );
    expect(answer).toContain("set-cookie: a=1\r\nset-cookie: b=2\r\n");
    expect(answer).not.toMatch(/keep-alive|\bDate:/);
    expect(answer).toMatch(/\r\n\r\nok$/);
  });

  it("answers 400 to what is not HTTP", async () => {
    const { listeners } = await serveUpstream(echo);
    expect(await exchange(listeners["l"]!.port, "nonsense\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\n/,
    );
  });

  it("says which port is taken and which flag helps", async () => {
    const { listeners } = await serveUpstream(echo);
    const taken = listeners["l"]!;
    const listener = { name: "l", address: taken, virtualHosts: [], filters: [] };
    await expect(serve({ listeners: [listener], clusters: [] }, { profile: "envoy" })).rejects.toThrow(
      ListenError,
    );
  });
});
