import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface RealRedis {
  readonly url: string;
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

const START_LIMIT_MS = 10_000;

/**
 * A `redis-server` from PATH on a free loopback port, with nothing persisted. Null when there is none; throws when it
 * does not come up.
 */
export async function startRealRedis(options: { password?: string } = {}): Promise<RealRedis | null> {
  const directory = await mkdtemp(join(tmpdir(), "redis-"));
  const port = await freePort();
  const settings = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no",
    "--dir",
    directory,
  ];
  if (options.password !== undefined) settings.push("--requirepass", options.password);
  const child = spawn("redis-server", settings, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit").catch(() => undefined);
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  let output = "";
  child.stdout.on("data", (bytes) => (output += bytes));
  try {
    await once(child, "spawn");
  } catch (error) {
    await remove();
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const close = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
    await remove();
  };
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await close();
      throw new Error(`redis-server did not come up on port ${port}:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return { url: `redis://127.0.0.1:${port}`, address: "127.0.0.1", port, close };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Redis listens only once it is ready; any answer to PING will do (NOAUTH with a password). */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1", () => socket.write("PING\r\n"));
    const settle = (up: boolean): void => {
      socket.destroy();
      resolve(up);
    };
    socket.on("data", () => settle(true));
    socket.on("error", () => settle(false));
    socket.on("close", () => settle(false));
  });
}
