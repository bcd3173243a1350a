import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../command.ts";
import { print } from "../terminal.ts";
import { untilStopped } from "./until-stopped.ts";

const POLL_MS = 30;
const ANSWER_MS = 1_000;
/** How long an Envoy that gives up, or is told to stop, may take to end. */
const END_MS = 5_000;

/** Runs a real Envoy with a bootstrap until it is stopped. Its log goes to stderr. */
export async function runEnvoy(executable: string, bootstrap: object, logLevel: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "gateway-envoy-"));
  const [config, adminFile] = [join(folder, "bootstrap.json"), join(folder, "admin")];
  writeFileSync(config, JSON.stringify(bootstrap));
  const level = logLevel === "warn" ? "warning" : logLevel;
  const child = spawn(
    executable,
    [
      "-c",
      config,
      "--use-dynamic-base-id",
      "--concurrency",
      "1",
      "--admin-address-path",
      adminFile,
      "-l",
      "warning",
      "--component-log-level",
      `wasm:${level}`,
    ],
    { stdio: ["ignore", "inherit", "pipe"] },
  );
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    process.stderr.write(text);
    // It may hang in its own end, where it hears no SIGTERM.
    if (text.includes("[critical][main]")) killLater();
  });
  let killer: NodeJS.Timeout | undefined;
  const killLater = (): void => void (killer ??= setTimeout(() => child.kill("SIGKILL"), END_MS));
  const ended = new AbortController();
  const exit = once(child, "close").finally(() => ended.abort());
  try {
    const admin = await ready(adminFile, ended.signal);
    if (admin === undefined)
      throw new Failure("envoy-failed", "Envoy ended before it served. What it said stands above.");
    for (const url of await listenersOf(admin))
      print(`Serving on ${url} with ${executable}. Try: curl -i ${url}/get`);
    print(`Admin on ${admin}/help. A change takes another start. Ctrl-C stops.`);
    await Promise.race([untilStopped(async () => undefined), exit]);
    if (ended.signal.aborted)
      throw new Failure("envoy-failed", "Envoy has ended. What it said stands above.");
  } finally {
    child.kill("SIGTERM");
    killLater();
    await exit;
    clearTimeout(killer);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where the admin interface is, once Envoy serves; undefined when it has ended before. */
async function ready(adminFile: string, ended: AbortSignal): Promise<string | undefined> {
  while (!ended.aborted) {
    const address = existsSync(adminFile) ? readFileSync(adminFile, "utf8") : "";
    // An Envoy that gives up may have taken the question and never answer it.
    const signal = AbortSignal.any([ended, AbortSignal.timeout(ANSWER_MS)]);
    const answer = address && (await fetch(`http://${address}/ready`, { signal }).catch(() => undefined));
    if (answer && answer.status === 200) return `http://${address}`;
    // A process does not tell when it is ready: asking again is all there is.
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return undefined;
}

async function listenersOf(admin: string): Promise<string[]> {
  const text = await (await fetch(`${admin}/listeners`)).text();
  return text
    .split("\n")
    .flatMap((line) => line.split("::")[1] ?? [])
    .map((address) => `http://${address}`);
}
