import type { InProcessEndpoint } from "../gateway/config.ts";
import type { RedisOutcome } from "../services/redis/client.ts";
import type { Header, Upstream, UpstreamEvents } from "../services/upstream/upstream.ts";

/** A request that a service has got, and that the test answers by hand. */
export interface ManualRequest {
  cluster: string;
  headers: Header[];
  body: Uint8Array[];
  trailers: Header[];
  events: UpstreamEvents;
}

interface ManualCommand {
  cluster: string;
  query: Uint8Array;
  done(outcome: RedisOutcome): void;
}

/** Services that answer when the test says so, in the order that they were asked. */
export class ManualServices {
  readonly requests: ManualRequest[] = [];
  readonly commands: ManualCommand[] = [];

  endpoint(cluster: string): InProcessEndpoint {
    return { connect: () => this.#upstream(cluster), redis: () => this.#redis(cluster) };
  }

  #upstream(cluster: string): Upstream {
    return {
      open: (headers, _, events) => {
        const request: ManualRequest = { cluster, headers, body: [], trailers: [], events };
        this.requests.push(request);
        return {
          write: (chunk) => void request.body.push(Uint8Array.from(chunk)),
          writeTrailers: (trailers) => void (request.trailers = trailers),
          reset: () => remove(this.requests, request),
        };
      },
      close: async () => undefined,
    };
  }

  #redis(cluster: string) {
    return {
      send: (query: Uint8Array, done: ManualCommand["done"]) =>
        void this.commands.push({ cluster, query, done }),
      close: async () => undefined,
    };
  }
}

function remove<T>(list: T[], item: T): void {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
}
