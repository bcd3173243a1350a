import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clusterName, type Staged } from "./bootstrap.ts";
import { type ClientView, send } from "./client.ts";
import { type Engine, type LogEntry, type StartEngine, StartFailure } from "./engine.ts";
import { compile } from "./guest/compile.ts";
import type { Scenario } from "./scenario.ts";
import { type RunningService, type ServiceView, startService } from "./service.ts";
import { delay, quiet, type Progress } from "./wire.ts";

/** Everything that was seen of a scenario on one gateway. */
export interface Outcome {
  /** `refused` and `crashed` at start, `died` under way. */
  readonly end: "served" | "refused" | "crashed" | "died";
  readonly clients: readonly ClientView[];
  readonly services: Readonly<Record<string, ServiceView>>;
  readonly log: readonly LogEntry[];
  /** How much of the log was there when a client gave up on a request that hung; else all of it. */
  readonly logBeforeHang: number;
  readonly access: readonly string[];
  readonly faults: readonly string[];
  /** Why the gateway did not start. */
  readonly refusal: readonly string[];
}

const AT_ONCE = 48;
const ALONE_AT_ONCE = 2;
const RECORD_LIMIT_MS = 1500;
const UNTIL_LIMIT_MS = 15_000;
/** Longer than `delayed_close_timeout`, at which Envoy gets at what a stream has left: some crash there. */
const LAST_TIMER_MS = 100;

/** A scenario, and its plugins' modules by the names of their files. */
export interface Prepared {
  readonly scenario: Scenario;
  readonly id: string;
  readonly modules: readonly { readonly file: string; readonly bytes: Uint8Array }[];
}

/** Compiles the plugins of scenarios, once for all gateways. */
export function prepare(scenarios: readonly Scenario[]): Prepared[] {
  return scenarios.map((scenario, index) => {
    const id = `s${String(index).padStart(4, "0")}`;
    const modules = scenario.plugins.map((plugin, position) => {
      const tag = plugin.vm === undefined ? `#${id}.${position}` : `#${id}`;
      const file = `${id}.${plugin.vm === undefined ? position : `vm${plugin.vm}`}.wasm`;
      return { file, bytes: compile(plugin, tag, (name) => clusterName(id, name)) };
    });
    return { scenario, id, modules };
  });
}

/** Runs scenarios on one gateway, as many as possible in one process; those that are `apart` one by one. */
export async function runScenarios(
  scenarios: readonly Prepared[],
  start: StartEngine,
): Promise<Map<Scenario, Outcome>> {
  const folder = await mkdtemp(join(tmpdir(), "fidelity-"));
  const outcomes = new Map<Scenario, Outcome>();
  const services: RunningService[] = [];
  try {
    const stages = await Promise.all(scenarios.map((prepared) => stage(prepared, folder, services)));
    const together = stages.filter(({ staged }) => !staged.scenario.apart);
    const suspects = stages.filter(({ staged }) => staged.scenario.apart);
    if (together.length > 0) suspects.push(...(await runTogether(together, start, folder, outcomes)));
    const alone = async (): Promise<void> => {
      for (let next = suspects.shift(); next !== undefined; next = suspects.shift())
        await runTogether([next], start, folder, outcomes);
    };
    await Promise.all(Array.from({ length: ALONE_AT_ONCE }, alone));
  } finally {
    await Promise.all(services.map((service) => service.close()));
    await rm(folder, { recursive: true, force: true });
  }
  return outcomes;
}

interface Stage {
  readonly staged: Staged;
  readonly services: Readonly<Record<string, RunningService>>;
}

async function stage(
  { scenario, id, modules }: Prepared,
  folder: string,
  all: RunningService[],
): Promise<Stage> {
  const services: Record<string, RunningService> = {};
  const wanted = { upstream: scenario.upstream ?? [{}], ...scenario.clusters };
  for (const [name, service] of Object.entries(wanted)) {
    services[name] = await startService(service, name !== "upstream");
    all.push(services[name]);
  }
  for (const { file, bytes } of modules) await writeFile(join(folder, file), bytes);
  const addresses = Object.fromEntries(
    Object.entries(services).map(([name, { address }]) => [name, address]),
  );
  const paths = modules.map(({ file }) => join(folder, file));
  return { staged: { scenario, id, modules: paths, addresses }, services };
}

/** Answers the scenarios that were under way, or still to come, when the gateway died. */
async function runTogether(
  stages: readonly Stage[],
  start: StartEngine,
  folder: string,
  outcomes: Map<Scenario, Outcome>,
): Promise<Stage[]> {
  let engine: Engine;
  try {
    engine = await start(
      stages.map(({ staged }) => staged),
      folder,
    );
  } catch (error) {
    if (!(error instanceof StartFailure) || stages.length > 1) throw error;
    const [only] = stages;
    outcomes.set(only!.staged.scenario, notStarted(error));
    return [];
  }
  const suspects: Stage[] = [];
  const queue = [...stages];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const outcome = engine.isAlive() ? await runOne(next, engine) : undefined;
      if (outcome !== undefined && (outcome.end === "served" || stages.length === 1))
        outcomes.set(next.staged.scenario, outcome);
      else suspects.push(next);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await engine.stop();
  return suspects;
}

function notStarted({ end, log }: StartFailure): Outcome {
  return {
    end: end === "exit" ? "refused" : "crashed",
    clients: [],
    services: {},
    log: [],
    logBeforeHang: 0,
    access: [],
    faults: [],
    refusal: log,
  };
}

async function runOne({ staged, services }: Stage, engine: Engine): Promise<Outcome> {
  const { scenario, id } = staged;
  const lines = (): number => engine.log(id).length;
  let logBeforeHang: number | undefined;
  let leftAt = 0;
  const progress: Progress = {
    lines,
    turn: () => engine.turn(),
    clientLeaves: () => (leftAt = lines()),
    sending: 0,
    sent: 0,
    asides: 0,
    received: 0,
  };
  for (const service of Object.values(services)) {
    service.forget();
    service.progress = progress;
  }
  const clients: ClientView[] = [];
  for (const request of scenario.requests ?? [{}]) {
    const view = await send(engine.port(id), request, progress);
    clients.push(view);
    if (view.end === "hung") logBeforeHang ??= leftAt;
    if (!engine.isAlive()) break;
    await waitFor(() => engine.access(id).length >= clients.length, RECORD_LIMIT_MS);
  }
  const { until } = scenario;
  if (until !== undefined)
    await waitFor(() => engine.log(id).some((entry) => entry.line.includes(until)), UNTIL_LIMIT_MS);
  await delay(LAST_TIMER_MS);
  await quiet(progress);
  return {
    end: engine.isAlive() ? "served" : "died",
    clients,
    services: Object.fromEntries(Object.entries(services).map(([name, service]) => [name, service.view()])),
    log: [...engine.log(id)],
    logBeforeHang: logBeforeHang ?? lines(),
    access: [...engine.access(id)],
    faults: engine.faults(id),
    refusal: [],
  };
}

async function waitFor(condition: () => boolean, limitMs: number): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!condition() && Date.now() < deadline) await delay(5);
}
