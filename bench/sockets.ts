import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Agent, get } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { median, milliseconds, perSecond, pluginFile, root, type Row } from "./row.ts";

const CONNECTIONS = 50;
const REQUESTS = 5000;
const STARTS = 5;
const ENGINES = { node: "gateway dev", envoy: "a real Envoy 1.40" };

/** Time from the command to the first answer, and requests per second then: our gateway, and a real Envoy. */
export async function sockets(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [engine, name] of Object.entries(ENGINES)) {
    const starts: number[] = [];
    for (let i = 0; i < STARTS; i++) {
      const served = await serve(engine);
      starts.push(served.ms);
      if (i === STARTS - 1) {
        await load(served.port, REQUESTS / 5);
        const ms = await load(served.port, REQUESTS);
        rows.push({
          what: `${name}: mock-response, ${CONNECTIONS} connections`,
          figure: perSecond(REQUESTS, ms),
        });
      }
      await end(served.child);
    }
    rows.push({
      what: `${name}: from the command to the first answer`,
      figure: milliseconds(median(starts)),
    });
  }
  return rows;
}

async function serve(engine: string): Promise<{ child: ChildProcess; port: number; ms: number }> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const flags = ["--port", port, "--admin-port", adminPort, "--engine", engine].map(String);
  const config = ["--config", '{"mockEnable":true}'];
  const command = [join(root, "packages/cli/bin/gateway.js"), "dev", pluginFile("mock-response")];
  const begin = performance.now();
  const child = spawn(process.execPath, [...command, ...config, ...flags], { stdio: "ignore" });
  for (;;) {
    if (child.exitCode !== null) throw new Error(`gateway dev --engine ${engine} has ended.`);
    try {
      await request(port);
      return { child, port, ms: performance.now() - begin };
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

async function end(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  await exit;
}

async function load(port: number, count: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const begin = performance.now();
  const each = async () => {
    for (let i = 0; i < count / CONNECTIONS; i++) await request(port, agent);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, each));
  agent.destroy();
  return performance.now() - begin;
}

function request(port: number, agent?: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get({ port, host: "127.0.0.1", ...(agent && { agent }) }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
      response.resume();
      response.once("end", resolve);
    }).once("error", reject);
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
