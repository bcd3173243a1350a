import { once } from "node:events";
import { connect } from "node:net";
import { startRedis } from "@gateway-plugins/test-host";
import { freePort } from "@gateway-plugins/test-parts/free-port";
import { type RedisProcess, runRedis } from "@gateway-plugins/test-parts/redis-server";
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
  let server: RedisProcess | undefined;
  const revive = async (others?: Credentials): Promise<void> => {
    credentials = others ?? credentials;
    const { password, users = {} } = credentials;
    server = await runRedis(executable, port, [
      ...(password === undefined ? [] : ["--requirepass", password]),
      ...Object.entries(users).flatMap(([name, secret]) => [
        "--user",
        name,
        "on",
        `>${secret}`,
        "~*",
        "+@all",
      ]),
    ]);
  };
  const kill = async (): Promise<void> => server?.kill();
  await revive();
  const url = `redis://${address}:${port}`;
  return { address, port, url, kill, revive, ask: (...words) => ask(port, words) };
}

async function ask(port: number, words: string[]): Promise<string> {
  const socket = connect(port, "127.0.0.1").end(`${words.join(" ")}\r\n`);
  const [answer] = (await once(socket, "data")) as [Buffer];
  return answer.toString().trimEnd();
}
