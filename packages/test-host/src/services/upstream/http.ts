import { Agent } from "node:http";
import type { SocketAddress } from "../../gateway/config.ts";
import type { Clock } from "../clock.ts";
import { HttpUpstreamStream } from "./http-stream.ts";
import type { Upstream } from "./upstream.ts";

/**
 * An HTTP/1.1 server at `endpoint`. Connections are kept alive and reused, never shared by two requests at a time, and
 * none is tried twice. `connectTimeoutMs` bounds the TCP connect by `clock`. `close` resets what is under way.
 *
 * The request goes out as given: `:method` and `:path` raw into the request line, `:authority` as `host`, everything
 * else in its order; no header is added but the framing that is missing.
 */
export function createHttpUpstream(
  endpoint: SocketAddress,
  connectTimeoutMs: number,
  clock: Clock,
): Upstream {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  const open = new Set<HttpUpstreamStream>();
  return {
    open(headers, endStream, events) {
      const context = { endpoint, agent, connectTimeoutMs, clock };
      const stream = new HttpUpstreamStream(context, headers, endStream, events, () => open.delete(stream));
      open.add(stream);
      return stream;
    },
    async close() {
      for (const stream of open) stream.fail("local-reset", "the upstream was closed");
      agent.destroy();
    },
  };
}
