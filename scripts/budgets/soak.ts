// Runs a plugin's requests on the least host there can be, 50 at a time, and tells how far its memory has grown.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startLeastHost } from "./least-host.ts";

/** Half of them are over the limiter's 25. */
const IN_FLIGHT = 50;

export const RUNTIMES = ["minimal", "incremental"] as const;

/**
 * Linear memory in pages of 64 KiB after each of several counts of requests, which go up.
 *
 * @param folder of the plugin, built
 */
export function pagesAfter(
  folder: string,
  name: string,
  runtime: (typeof RUNTIMES)[number],
  counts: readonly number[],
): number[] {
  const file = join(folder, "dist", runtime === "minimal" ? `${name}.wasm` : `${name}.${runtime}.wasm`);
  const host = startLeastHost(new Uint8Array(readFileSync(file)), name);
  let sent = 0;
  return counts.map((count) => {
    for (; sent < count; sent += IN_FLIGHT) host.send(IN_FLIGHT);
    return host.pages();
  });
}
