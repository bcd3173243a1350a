import { echo, startRedis, type Endpoint, type RedisServer } from "@gateway-plugins/test-host/live";
import { UsageError } from "../command.ts";

/** Turns what `--cluster`, `--upstream` and `--redis` name into endpoints, and owns the embedded Redis. */
export class Targets {
  #redis: Promise<RedisServer> | undefined;

  /** `echo`, `memory`, `redis://host[:port]`, `http://host[:port]` or `host:port`; of `--redis` only what is Redis. */
  async resolve(target: string, flag: string): Promise<Endpoint> {
    const isRedis = flag === "--redis";
    if (target === "echo" && !isRedis) return { handler: echo };
    if (target === "memory") {
      const { address, port } = await (this.#redis ??= startRedis());
      return { address, port };
    }
    const text = /^[a-z]+:\/\//.test(target) ? target : `${isRedis ? "redis" : "http"}://${target}`;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const ports: Record<string, number> = isRedis ? { "redis:": 6379 } : { "http:": 80, "redis:": 6379 };
    const defaultPort = url && target !== "echo" ? ports[url.protocol] : undefined;
    if (url === undefined || defaultPort === undefined) {
      const others = isRedis ? "" : "http://host:port, echo (built in), ";
      throw new UsageError(`${flag} ${target}: give ${others}redis://host:port or memory (embedded Redis).`);
    }
    if (url.username || url.password || !["", "/"].includes(url.pathname)) {
      throw new UsageError(
        `${flag} ${target}: only host and port count; the rest belongs in the plugin's configuration.`,
      );
    }
    return { address: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || defaultPort) };
  }

  async close(): Promise<void> {
    await (await this.#redis)?.close();
  }
}

/** Splits the `name=target` of a repeatable flag; the name may not hold `=`. */
export function pairsOf(flag: string, values: string[]): [name: string, target: string][] {
  return values.map((value) => {
    const at = value.indexOf("=");
    if (at < 1) throw new UsageError(`${flag} ${value}: write ${flag} <name>=<target>.`);
    return [value.slice(0, at), value.slice(at + 1)];
  });
}
