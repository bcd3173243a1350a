import { EnvoyStartError, portsByListener, runEnvoy } from "@gateway-plugins/e2e/envoy";
import { AccessLog, listOf } from "../access-log.ts";
import { bootstrap, PROBE } from "../bootstrap.ts";
import { type LogEntry, type StartEngine, StartFailure } from "../engine.ts";
import { Probe } from "./probe.ts";

/** `[time][thread][level][wasm] [source] text` */
const LINE = /^\[[^\]]*\]\[(\d+)\]\[(\w+)\]\[wasm\] \[[^\]]*\] (.*)$/;
const TAG = /#(s\d+)/;

/** A real Envoy. */
export const startRealEnvoy: StartEngine = async (staged, folder) => {
  const accessLog = new AccessLog(folder);
  const logs = new Map<string, LogEntry[]>();
  let mainThread: string | undefined;
  let unread = "";
  const take = (text: string): void => {
    const lines = (unread + text).split("\n");
    unread = lines.pop()!;
    for (const line of lines) {
      mainThread ??= /^\[[^\]]*\]\[(\d+)\]/.exec(line)?.[1];
      const [, thread, level, said = ""] = LINE.exec(line) ?? [];
      const id = TAG.exec(said)?.[1];
      if (id === undefined) continue;
      const entry: LogEntry = { line: `${level} ${said}`, thread: thread === mainThread ? "main" : "worker" };
      listOf(logs, id).push(entry);
    }
  };
  const envoy = await runEnvoy(JSON.stringify(bootstrap(staged, accessLog.path))).catch((error: unknown) => {
    if (!(error instanceof EnvoyStartError)) throw error;
    const end = /\(exit/.test(error.message) ? "exit" : "crash";
    throw new StartFailure(error.message, error.log.split("\n"), end);
  });
  take(envoy.log());
  envoy.onLog(take);
  const ports = await portsByListener(envoy.adminPort);
  const probe = new Probe(ports.get(PROBE)!);
  return {
    port: (id) => ports.get(id) ?? 0,
    log: (id) => logs.get(id) ?? [],
    access: (id) => accessLog.of(id),
    faults: () => [],
    turn: () => probe.turn(),
    isAlive: () => envoy.isAlive(),
    async stop() {
      probe.close();
      accessLog.close();
      await envoy.stop();
    },
  };
};
