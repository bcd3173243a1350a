import { echo, startRedis, type Endpoint, type RedisServer } from "@gateway-plugins/test-host/live";
import { UsageError, type Arguments } from "../command.ts";
import { FLAGS, usageOf } from "./flags.ts";

/** Turns what `--cluster`, `--upstream` and `--redis` name into endpoints, and owns the embedded Redis. */
export class Targets {
  #redis: Promise<RedisServer> | undefined;

  /** @throws UsageError as `readTarget` does */
  async resolve(target: string, flag: string, name?: string): Promise<Endpoint> {
    const read = readTarget(target, flag, name);
    if (read === "echo") return { handler: echo };
    if (read !== "memory") return read;
    const { address, port } = await (this.#redis ??= startRedis());
    return { address, port };
  }

  async close(): Promise<void> {
    await (await this.#redis)?.close();
  }
}

/**
 * `echo`, `memory`, `redis://host[:port]`, `http://host[:port]` or `host:port`; of `--redis` only what is Redis.
 *
 * @param name what stands before the `=` of a flag that names its target
 * @throws UsageError for anything else
 */
export function readTarget(
  target: string,
  flag: string,
  name?: string,
): "echo" | "memory" | { address: string; port: number } {
  const isRedis = flag === "--redis";
  const given = `${flag} ${name === undefined ? "" : `${name}=`}${target}`;
  if (target === "memory" || (target === "echo" && !isRedis)) return target;
  const text = /^[a-z]+:\/\//.test(target) ? target : `${isRedis ? "redis" : "http"}://${target}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const ports: Record<string, number> = isRedis ? { "redis:": 6379 } : { "http:": 80, "redis:": 6379 };
  const defaultPort = url && target !== "echo" ? ports[url.protocol] : undefined;
  if (url === undefined || defaultPort === undefined) {
    const others = isRedis ? "" : "http://host:port, echo (built in), ";
    throw new UsageError(`${given}: give ${others}redis://host:port or memory (embedded Redis).`);
  }
  if (url.username || url.password || !["", "/"].includes(url.pathname)) {
    throw new UsageError(
      `${given}: only host and port count; the rest belongs in the plugin's configuration.`,
    );
  }
  return { address: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || defaultPort) };
}

/** Splits each `name=value` of a repeatable flag; the name may not hold `=`, and neither may be empty. */
export function pairsOf(given: Arguments, flag: string): [name: string, value: string][] {
  return given.values(flag).map((text) => {
    const at = text.indexOf("=");
    if (at < 1 || at === text.length - 1)
      throw new UsageError(`--${flag} ${text}: write ${usageOf(FLAGS.find(({ name }) => name === flag)!)}.`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
}
