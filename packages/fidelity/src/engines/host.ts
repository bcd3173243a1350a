import { GatewayError, readEnvoyConfig, serve, type LogLine } from "@gateway-plugins/test-host/live";
import { AccessLog, listOf } from "../access-log.ts";
import { bootstrap } from "../bootstrap.ts";
import { type LogEntry, type StartEngine, StartFailure } from "../engine.ts";

/** Turns of the event loop: the gateway, its clients and its upstreams are all in this process. */
async function turn(): Promise<void> {
  for (let turns = 0; turns < 4; turns++) await new Promise((resolve) => setImmediate(resolve));
}

const TAG = /#(s\d+)/;

/** This repository's gateway on sockets, with the configuration that Envoy has. */
export const startHost: StartEngine = async (staged, folder) => {
  const accessLog = new AccessLog(folder);
  const logs = new Map<string, LogEntry[]>();
  const everything: string[] = [];
  const onLog = ({ level, line, thread }: LogLine): void => {
    everything.push(line);
    const id = TAG.exec(line)?.[1];
    if (id !== undefined)
      listOf(logs, id).push({
        line: `${level === "warn" ? "warning" : level} ${line}`,
        thread: thread === "worker" ? "worker" : "main",
      });
  };
  const config = readEnvoyConfig(JSON.stringify(bootstrap(staged, accessLog.path)));
  const live = await serve(config, { profile: "envoy", logLevel: "debug", onLog }).catch((error: unknown) => {
    if (!(error instanceof GatewayError)) throw error;
    throw new StartFailure(error.message, [...everything, ...error.message.split("\n")], "exit");
  });
  return {
    port: (id) => live.listeners[id]!.port,
    log: (id) => logs.get(id) ?? [],
    access: (id) => accessLog.of(id),
    faults: (id) =>
      live.gateway.faults.filter(({ plugin }) => plugin.startsWith(`${id}.`)).map(({ code }) => code),
    turn,
    isAlive: () => true,
    async stop() {
      await live.close();
      accessLog.close();
    },
  };
};
