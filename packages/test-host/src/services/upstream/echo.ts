import type { Clock } from "../clock.ts";
import type { UpstreamHandler, UpstreamRequest, UpstreamResponse } from "./upstream.ts";

const MAXIMUM_BYTES = 64 * 1024 * 1024;
const MAXIMUM_CHUNKS = 10_000;

/**
 * An upstream in the manner of httpbin: shows what reached it.
 *
 * - `/status/<n>` answers with that status and no body, `/delay/<ms>` like `/anything` after that many milliseconds of
 *   the gateway's clock, `/bytes/<n>` with n bytes (0, 1, 2 ... 255, 0 ...), `/stream/<n>` with n chunks `chunk <i>\n`.
 * - Every other path (`/get`, `/headers`, `/anything...`) answers 200 with JSON: `method`, `path`, `url`, `headers` (names
 *   lower case, as received; a repeated one is an array) and `body` (UTF-8).
 */
export const echo: UpstreamHandler = async (request, clock) => {
  const [, route, argument] = /^\/(status|delay|bytes|stream)\/([0-9]+)(?:[/?]|$)/.exec(request.path) ?? [];
  const count = Number(argument);
  switch (route) {
    case "status":
      return count >= 200 && count <= 599
        ? { status: count }
        : refuse(`a status is 200 to 599, not ${argument}`);
    case "delay":
      await delay(clock, count);
      return describe(request);
    case "bytes":
      if (count > MAXIMUM_BYTES) return refuse(`at most ${MAXIMUM_BYTES} bytes, not ${argument}`);
      return { headers: { "content-type": "application/octet-stream" }, body: countingBytes(count) };
    case "stream":
      if (count > MAXIMUM_CHUNKS) return refuse(`at most ${MAXIMUM_CHUNKS} chunks, not ${argument}`);
      return {
        headers: { "content-type": "text/plain" },
        body: Array.from({ length: count }, (_, index) => `chunk ${index}\n`),
      };
    default:
      return describe(request);
  }
};

function describe(request: UpstreamRequest): UpstreamResponse {
  const headers = new Map<string, string | string[]>();
  for (const [name, value] of request.headers) {
    if (name.startsWith(":")) continue;
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : [earlier, value].flat());
  }
  if (!headers.has("host") && request.authority !== "") headers.set("host", request.authority);
  const answer = {
    method: request.method,
    path: request.path,
    url: `http://${request.authority}${request.path}`,
    headers: Object.fromEntries(headers),
    body: Buffer.from(request.body).toString("utf8"),
  };
  return { headers: { "content-type": "application/json" }, body: `${JSON.stringify(answer, null, 2)}\n` };
}

function refuse(problem: string): UpstreamResponse {
  return { status: 400, headers: { "content-type": "text/plain" }, body: `${problem}\n` };
}

function countingBytes(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => index & 255);
}

function delay(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve));
}
