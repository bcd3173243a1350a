import { spawn } from "node:child_process";
import { once } from "node:events";

export interface RedisProcess {
  /** Ends it at once; its connections break. */
  kill(): Promise<void>;
}

/** A redis-server on a loopback port, with nothing persisted; resolves once it listens. `settings` are more of its arguments. */
export async function runRedis(
  executable: string,
  port: number,
  settings: readonly string[] = [],
): Promise<RedisProcess> {
  const place = ["--port", String(port), "--bind", "127.0.0.1"];
  const server = spawn(executable, [...place, "--save", "", "--appendonly", "no", ...settings], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise<void>((resolve, reject) => {
    let output = "";
    server.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes("Ready to accept connections")) resolve();
    });
    server.once("error", reject);
    server.once("exit", () => reject(new Error(`redis-server ended:\n${output}`)));
  });
  const kill = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, "exit");
    server.kill("SIGKILL");
    await exited;
  };
  return { kill };
}
