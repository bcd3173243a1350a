import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGateway } from "@gateway-plugins/test-host";
import { startEnvoy } from "./envoy.ts";
import { response, startRecordingUpstream } from "./recording-upstream.ts";

/** A module that logs what it sees, and the request that sets it off. */
export interface ComparedGuest {
  title: string;
  wasm: Uint8Array;
  path?: string;
  headers?: Record<string, string>;
  /** A line that comes late: both are waited for until they have logged it. It runs when the others have ended. */
  until?: string;
}

/** What a client and the log saw. */
export interface Seen {
  status: number;
  logs: string[];
}
export interface SeenOnBoth {
  envoy: Seen;
  host: Seen;
}

const CALM_MS = 250;
const LIMIT_MS = 20_000;
const TURNS = 5;

/**
 * Runs each guest behind one request in this host and in a real Envoy, all at the same time, against the same real services; by title. Those
 * that are waited for have the machine for themselves, for they run against a time limit. Clusters as in `bootstrap`. The upstream answers 200 `upstream` with these headers. An end comes when both have logged what they are waited
 * for, and then nothing for a while.
 */
export async function runOnBoth(
  guests: readonly ComparedGuest[],
  clusters: Record<string, string | null> = {},
  headers: Record<string, string> = {},
): Promise<Map<string, SeenOnBoth>> {
  const upstream = await startRecordingUpstream(() => response(200, "upstream", headers));
  try {
    return await runBefore(upstream.address, guests, clusters);
  } finally {
    await upstream.close();
  }
}

async function runBefore(
  upstream: string,
  guests: readonly ComparedGuest[],
  clusters: Record<string, string | null>,
): Promise<Map<string, SeenOnBoth>> {
  const directory = await mkdtemp(join(tmpdir(), "guests-"));
  const files = guests.map((_guest, i) => join(directory, `${i}.wasm`));
  await Promise.all(guests.map(({ wasm }, i) => writeFile(files[i]!, wasm)));
  const listeners = files.map((wasm, i) => ({ filters: [{ name: `guest-${i}`, wasm }], upstream }));
  const envoy = await startEnvoy({ listeners: [...listeners, { filters: [], upstream }], clusters });
  const probe = `http://127.0.0.1:${envoy.ports.at(-1)}`;
  const targets = Object.entries(clusters).map(([name, target]) => [name, withScheme(target)] as const);
  const hosts = await Promise.all(
    guests.map(({ wasm }, i) =>
      startGateway({
        plugin: wasm,
        name: `guest-${i}`,
        rootId: `guest-${i}`,
        clusters: { ...Object.fromEntries(targets), [`upstream_${i}`]: withScheme(upstream) },
        virtualHosts: [{ name: "all", domains: ["*"], routes: [routeOf(i)] }],
        clock: "real",
      }),
    ),
  );
  try {
    const statuses = new Map<ComparedGuest, { envoy: number; host: number }>();
    const send = async (guest: ComparedGuest, i: number): Promise<void> => {
      const [real, own] = await Promise.all([
        statusOf(`http://127.0.0.1:${envoy.ports[i]}`, guest),
        hosts[i]!.fetch(guest.path ?? "/", guest),
      ]);
      statuses.set(guest, { envoy: real, host: own.status });
    };
    const hasEnded = ({ until }: ComparedGuest, i: number): boolean =>
      until === undefined ||
      (messagesOf(envoy.wasmLog(), `guest-${i}`).includes(until) &&
        hosts[i]!.logs.some(({ message }) => message === until));
    for (const isLate of [false, true]) {
      await Promise.all(
        guests.map((guest, i) => ((guest.until !== undefined) === isLate ? send(guest, i) : undefined)),
      );
      if (isLate) await waitFor(() => guests.every(hasEnded));
      await calm(
        () => envoy.wasmLog().length + hosts.reduce((sum, host) => sum + host.logs.length, 0),
        probe,
      );
    }
    const lines = envoy.wasmLog();
    return new Map(
      guests.map((guest, i) => [
        guest.title,
        {
          envoy: {
            status: statuses.get(guest)!.envoy,
            logs: messagesOf(lines, `guest-${i}`).map(withoutTimes),
          },
          host: {
            status: statuses.get(guest)!.host,
            logs: hosts[i]!.logs.map(({ message }) => withoutTimes(message)),
          },
        },
      ]),
    );
  } finally {
    await Promise.all([envoy.stop(), ...hosts.map((host) => host.close())]);
    await rm(directory, { recursive: true });
  }
}

/** As `bootstrap` names it. */
function routeOf(index: number) {
  const action = { cluster: `upstream_${index}` };
  return { name: `route_${index}`, match: { prefix: "/" }, action, timeoutMs: 15_000 };
}

function withScheme(target: string | null): string | null {
  return target === null || target.includes("://") ? target : `http://${target}`;
}

async function statusOf(url: string, { path = "/", headers = {} }: ComparedGuest): Promise<number> {
  const answer = await fetch(url + path, { headers });
  await answer.arrayBuffer();
  return answer.status;
}

function messagesOf(lines: readonly string[], plugin: string): string[] {
  const pattern = new RegExp(`wasm log (?:${plugin} )?${plugin} ?: (.*)$`);
  return lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
}

const TIME = "x-envoy-upstream-service-time";

/** A serialized map with a service's time, which no two runs share, as its entries without that. */
function withoutTimes(line: string): string {
  if (!line.includes(Buffer.from(TIME).toString("hex"))) return line;
  const bytes = Buffer.from(line, "hex");
  const count = bytes.readUInt32LE();
  const texts = bytes
    .subarray(4 + 8 * count)
    .toString("latin1")
    .split("\0");
  const entries = Array.from({ length: count }, (_, i) => [texts[2 * i], texts[2 * i + 1]]);
  return JSON.stringify(entries.map(([name, value]) => [name, name === TIME ? "ms" : value]));
}

async function waitFor(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while (!condition() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, CALM_MS));
}
/** Nothing tells that no line will follow: until none has, while Envoy and this process have served other requests. */
async function calm(count: () => number, probe: string): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  for (let before = -1; before !== count() && Date.now() < deadline;) {
    before = count();
    await new Promise((resolve) => setTimeout(resolve, CALM_MS));
    for (let turn = 0; turn < TURNS; turn++) await (await fetch(probe)).arrayBuffer();
  }
}
