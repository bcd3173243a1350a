import {
  GatewayError,
  readEnvoyConfig,
  serve,
  type AccessRecord,
  type LogLine,
} from "@gateway-plugins/test-host/live";
import { bootstrap } from "../bootstrap.ts";
import { type LogEntry, type StartEngine, StartFailure } from "../engine.ts";
import { listOf } from "./envoy.ts";

const TAG = /#(s\d+)/;

/** This repository's gateway on sockets, with the configuration that Envoy has. */
export const startHost: StartEngine = async (staged) => {
  const logs = new Map<string, LogEntry[]>();
  const records = new Map<string, string[]>();
  const everything: string[] = [];
  const onLog = ({ level, line, thread }: LogLine): void => {
    everything.push(line);
    const id = TAG.exec(line)?.[1];
    if (id !== undefined)
      listOf(logs, id).push({ line: `${level} ${line}`, thread: thread === "worker" ? "worker" : "main" });
  };
  const onAccess = ({ listener, status, details, flags }: AccessRecord): void =>
    void listOf(records, listener).push(`${status} ${details || "-"} ${flags}`);
  const config = readEnvoyConfig(JSON.stringify(bootstrap(staged)));
  const live = await serve(config, { profile: "envoy", logLevel: "debug", onLog, onAccess }).catch(
    (error: unknown) => {
      if (!(error instanceof GatewayError)) throw error;
      throw new StartFailure(error.message, [...everything, ...error.message.split("\n")], "exit");
    },
  );
  return {
    port: (id) => live.listeners[id]!.port,
    log: (id) => logs.get(id) ?? [],
    access: (id) => records.get(id) ?? [],
    faults: (id) =>
      live.gateway.faults.filter(({ plugin }) => plugin.startsWith(`${id}.`)).map(({ code }) => code),
    isAlive: () => true,
    stop: () => live.close(),
  };
};
