import { closeSync, openSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EnvoyStartError, portsByListener, runEnvoy } from "@gateway-plugins/e2e/envoy";
import { bootstrap } from "../bootstrap.ts";
import { type LogEntry, type StartEngine, StartFailure } from "../engine.ts";

/** `[time][thread][level][wasm] [source] text` */
const LINE = /^\[[^\]]*\]\[(\d+)\]\[(\w+)\]\[wasm\] \[[^\]]*\] (.*)$/;
const TAG = /#(s\d+)/;

/** A real Envoy. */
export const startRealEnvoy: StartEngine = async (staged, folder) => {
  const accessLog = join(folder, `access-${staged[0]!.id}-${process.hrtime.bigint()}`);
  writeFileSync(accessLog, "");
  const logs = new Map<string, LogEntry[]>();
  const records = new Map<string, string[]>();
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
  const envoy = await runEnvoy(JSON.stringify(bootstrap(staged, accessLog))).catch((error: unknown) => {
    if (!(error instanceof EnvoyStartError)) throw error;
    const end = /\(exit/.test(error.message) ? "exit" : "crash";
    throw new StartFailure(error.message, error.log.split("\n"), end);
  });
  take(envoy.log());
  envoy.onLog(take);
  const ports = await portsByListener(envoy.adminPort);

  const file = openSync(accessLog, "r");
  let partial = "";
  const readRecords = (): void => {
    const buffer = Buffer.alloc(64 * 1024);
    for (let size = 0; (size = readSync(file, buffer)) > 0;) {
      const lines = (partial + buffer.toString("latin1", 0, size)).split("\n");
      partial = lines.pop()!;
      for (const line of lines) {
        const [id = "", ...rest] = line.split(" ");
        listOf(records, id).push(rest.join(" "));
      }
    }
  };
  return {
    port: (id) => ports.get(id) ?? 0,
    log: (id) => logs.get(id) ?? [],
    access(id) {
      readRecords();
      return records.get(id) ?? [];
    },
    faults: () => [],
    isAlive: () => envoy.isAlive(),
    async stop() {
      closeSync(file);
      await envoy.stop();
    },
  };
};

export function listOf<T>(lists: Map<string, T[]>, id: string): T[] {
  let list = lists.get(id);
  if (list === undefined) lists.set(id, (list = []));
  return list;
}
