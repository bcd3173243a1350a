import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { startRedis } from "@gateway-plugins/test-host";
import { freePort } from "./free-port.ts";
import { embeddedPart, realPart } from "./real-parts.ts";

/** A Redis that dies and comes back at the same address. */
export interface MortalRedis {
  readonly address: string;
  readonly port: number;
  readonly url: string;
  /** Ends it at once; its connections break. */
  kill(): Promise<void>;
  /** Listens again; what it remembers is its own affair. `credentials`: who may speak to it from now on, else the same. */
  revive(credentials?: Credentials): Promise<void>;
  /** The answer to a command without spaces in its words, of one line. */
  ask(...words: string[]): Promise<string>;
}

/** A real redis-server from the PATH, else the embedded one. `tried`: what is then not tried on a real one. */
export async function startMortalRedis(tried: string): Promise<MortalRedis> {
  const executable = realPart("redis", tried);
  if (executable !== null) return startReal(executable);
  embeddedPart("redis");
  return startEmbedded();
}

/** Who may speak to a Redis. */
export interface Credentials {
  /** Of the user `default`. Absent: nobody needs one. */
  password?: string;
  /** More users, name to password. */
  users?: Record<string, string>;
}

/** Both kinds of Redis by title, or the embedded one alone. `tried`: what is then not tried on a real one. */
export function redisKinds(
  tried: string,
): [title: string, start: (credentials?: Credentials) => Promise<MortalRedis>][] {
  const executable = realPart("redis", tried);
  const real = executable === null ? [] : [executable];
  return [
    ["the embedded Redis", startEmbedded],
    ...real.map((path): [string, (credentials?: Credentials) => Promise<MortalRedis>] => [
      "a real Redis",
      (credentials) => startReal(path, credentials),
    ]),
  ];
}

async function startEmbedded(credentials: Credentials = {}): Promise<MortalRedis> {
  let server = await startRedis(credentials);
  const { address, port, url } = server;
  const revive = async (others?: Credentials): Promise<void> => {
    if (others === undefined) await server.restart();
    else server = await startRedis({ ...others, port });
  };
  return { address, port, url, kill: () => server.close(), revive, ask: (...words) => ask(port, words) };
}

async function startReal(executable: string, credentials: Credentials = {}): Promise<MortalRedis> {
  const address = "127.0.0.1";
  const port = await freePort();
  let server: ChildProcess | undefined;
  const revive = async (others?: Credentials): Promise<void> => {
    credentials = others ?? credentials;
    server = spawn(executable, [
      "--port",
      String(port),
      "--bind",
      address,
      "--save",
      "",
      "--appendonly",
      "no",
      ...(credentials.password === undefined ? [] : ["--requirepass", credentials.password]),
      ...Object.entries(credentials.users ?? {}).flatMap(([name, password]) => [
        "--user",
        name,
        "on",
        `>${password}`,
        "~*",
        "+@all",
      ]),
    ]);
    await ready(server);
  };
  const kill = async (): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, "exit");
    server.kill("SIGKILL");
    await exited;
  };
  await revive();
  const url = `redis://${address}:${port}`;
  return { address, port, url, kill, revive, ask: (...words) => ask(port, words) };
}

async function ask(port: number, words: string[]): Promise<string> {
  const socket = connect(port, "127.0.0.1").end(`${words.join(" ")}\r\n`);
  const [answer] = (await once(socket, "data")) as [Buffer];
  return answer.toString().trimEnd();
}

/** Redis says so once it listens. */
function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    server.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes("Ready to accept connections")) resolve();
    });
    server.once("error", reject);
    server.once("exit", () => reject(new Error(`redis-server ended:\n${output}`)));
  });
}
