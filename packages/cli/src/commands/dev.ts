import {
  LOG_LEVELS,
  addressText,
  serve,
  type LiveGateway,
  type LogLevel,
  type ProfileName,
} from "@gateway-plugins/test-host/live";
import { UsageError, type Arguments, type Command } from "../command.ts";
import { chooseInput, kindOf } from "../dev/choose-input.ts";
import { serveWithEnvoy } from "../dev/engine-envoy.ts";
import { FLAGS, usageOf } from "../dev/flags.ts";
import type { Reading } from "../dev/input.ts";
import { profileChoice } from "../dev/profile-choice.ts";
import { Reloader } from "../dev/reloader.ts";
import { report } from "../dev/report.ts";
import { Targets } from "../dev/targets.ts";
import { untilStopped } from "../dev/until-stopped.ts";
import { print, table } from "../terminal.ts";

export const dev: Command = {
  name: "dev",
  summary: "serves plugins, or a whole envoy.yaml, on this machine",
  help: `Usage: gateway dev [plugin.wasm ... | envoy.yaml | plugin.yaml] [flags]

Without an argument: builds the plugin in this folder and serves it, with dev.json beside it (keys
config, upstream, redis, clusters) when there is one. Several modules form a chain in their order.
A change of a source, a module, a configuration or dev.json is served at once, and no request is lost.

${table(FLAGS.map((flag) => [`  ${usageOf(flag)}`, flag.text + (flag.default ? `; default ${flag.default}` : "")]))}`,
  options: Object.fromEntries(
    FLAGS.map((flag) => [
      flag.name,
      { type: flag.value === undefined ? "boolean" : "string", multiple: flag.repeatable === true },
    ]),
  ),
  run,
};

async function run(given: Arguments): Promise<number> {
  const targets = new Targets();
  const host = given.value("host");
  const wanted = choose<ProfileName>(given, "profile", ["envoy", "higress"]);
  const logLevel = choose<LogLevel>(given, "log-level", LOG_LEVELS) ?? "info";
  const engine = choose(given, "engine", ["node", "envoy"]);
  const kind = kindOf(given.positionals);
  const input = chooseInput(given, kind, targets);
  const profile = profileChoice(wanted ?? input.profile);
  const reloader = new Reloader(input, profile);
  try {
    if (engine === "envoy") {
      await serveWithEnvoy(given, kind, input, targets);
      return 0;
    }
    const reading = await reloader.read();
    const live = await serve(reading.config, {
      profile: profile(reading.config),
      logLevel,
      ...(host && { host }),
      ...report({ trace: given.on("trace"), logLevel }),
    });
    reloader.attach(live);
    announce(live, reading, reloader.watched);
    await untilStopped(async () => {
      await reloader.close();
      await live.close();
    });
    return 0;
  } finally {
    await reloader.close();
    await input.close?.();
    await targets.close();
  }
}

function announce(live: LiveGateway, { notes, tries = [{ path: "/get" }] }: Reading, watched: number): void {
  for (const note of notes) print(note);
  for (const address of Object.values(live.listeners)) {
    const url = `http://${addressText(address)}`;
    const lines = tries.map(({ path, host }) => `curl -i ${host ? `-H 'host: ${host}' ` : ""}${url}${path}`);
    print(`Serving on ${url} as ${live.gateway.profile.name}. Try: ${lines.join("\n  ")}`);
  }
  const admin = live.admin && `Admin on http://${addressText(live.admin)}/help. `;
  print(`${admin ?? ""}${watched === 1 ? "1 file is" : `${watched} files are`} watched. Ctrl-C stops.`);
}

function choose<T extends string>(given: Arguments, flag: string, words: readonly T[]): T | undefined {
  const value = given.value(flag);
  if (value === undefined || words.includes(value as T)) return value as T | undefined;
  throw new UsageError(`--${flag} is ${words.join(", ")}, not ${JSON.stringify(value)}.`);
}
