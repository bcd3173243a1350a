import { startGateway, upstream } from "../../src/index.ts";
import { expect, test } from "../../src/vitest/index.ts";
import { guest } from "@gateway-plugins/test-parts/guests/guest";

/** Logs the size of every piece of both bodies. */
const plugin = guest(
  ({ on }) =>
    on("proxy_on_request_body", "(call $logNumber (local.get $size))") +
    on("proxy_on_response_body", "(call $logNumber (local.get $size))"),
);
const TEXT = "the quick brown fox jumps over the lazy dog";

async function pieces(chunks: number | undefined, perRequest = false) {
  const service = upstream({ body: TEXT });
  const seed = chunks === undefined ? {} : { chunks };
  const gateway = await startGateway({ plugin, upstream: service, ...(perRequest ? {} : seed) });
  const response = await gateway.fetch("/", { body: TEXT, ...(perRequest && seed) });
  return {
    sizes: gateway.logs.map(({ message }) => Number(message)).filter((size) => size > 0),
    texts: [service.requests[0]?.text(), response.text()],
    lengths: [service.requests[0]?.header("content-length"), response.headers.get("content-length")],
  };
}

test("bodies come whole without a seed", async () => {
  expect((await pieces(undefined)).sizes).toEqual([43, 43]);
});

test("a seed cuts both bodies, always alike, and changes nothing else", async () => {
  const first = await pieces(1);
  expect(first.sizes.length).toBeGreaterThan(2);
  expect(first.texts).toEqual([TEXT, TEXT]);
  expect(first.lengths).toEqual(["43", "43"]);
  expect(await pieces(1)).toEqual(first);
  expect((await pieces(2)).sizes).not.toEqual(first.sizes);
});

test("a request can have a seed of its own", async () => {
  const { sizes } = await pieces(1, true);
  expect(sizes.length).toBeGreaterThan(2);
  expect(sizes.at(-1)).toBe(43);
});
