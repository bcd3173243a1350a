import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { clusterName, type Staged } from "./bootstrap.ts";
import { type ClientView, send } from "./client.ts";
import { type Engine, type LogEntry, type StartEngine, StartFailure } from "./engine.ts";
import { compile } from "./guest/compile.ts";
import type { Scenario } from "./scenario.ts";
import { type RunningService, type ServiceView, startService } from "./service.ts";
import { delay, type Progress } from "./wire.ts";

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
const UNTIL_LIMIT_MS = 4000;

/** Runs scenarios on one gateway, as many as possible in one process; those that are `apart` one by one. */
export async function runScenarios(
  scenarios: readonly Scenario[],
  start: StartEngine,
): Promise<Map<Scenario, Outcome>> {
  const folder = await mkdtemp(join(tmpdir(), "fidelity-"));
  const outcomes = new Map<Scenario, Outcome>();
  const services: RunningService[] = [];
  try {
    const stages = await Promise.all(
      scenarios.map((scenario, index) => stage(scenario, index, folder, services)),
    );
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
  scenario: Scenario,
  index: number,
  folder: string,
  all: RunningService[],
): Promise<Stage> {
  const id = `s${String(index).padStart(4, "0")}`;
  const services: Record<string, RunningService> = {};
  const wanted = { upstream: scenario.upstream ?? [{}], ...scenario.clusters };
  for (const [name, service] of Object.entries(wanted)) {
    services[name] = await startService(service, name !== "upstream");
    all.push(services[name]);
  }
  const modules: string[] = [];
  await mkdir(folder, { recursive: true });
  for (const [position, plugin] of scenario.plugins.entries()) {
    const shared = plugin.vm === undefined ? "" : `.vm${plugin.vm}`;
    const path = join(folder, `${id}.${shared || position}.wasm`);
    await writeFile(
      path,
      compile(plugin, `#${id}${shared ? "" : `.${position}`}`, (name) => clusterName(id, name)),
    );
    modules.push(path);
  }
  const addresses = Object.fromEntries(
    Object.entries(services).map(([name, { address }]) => [name, address]),
  );
  return { staged: { scenario, id, modules, addresses }, services };
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
  const progress: Progress = { lines, clientLeaves: () => (leftAt = lines()), sending: 0, isReached: false };
  for (const service of Object.values(services)) {
    service.forget();
    service.progress = progress;
  }
  const clients: ClientView[] = [];
  for (const request of scenario.requests ?? [{}]) {
    progress.isReached = false;
    const view = await send(engine.port(id), request, progress);
    clients.push(view);
    if (view.end === "hung") logBeforeHang ??= leftAt;
    if (!engine.isAlive()) break;
    await waitFor(() => engine.access(id).length >= clients.length, RECORD_LIMIT_MS);
  }
  const { until } = scenario;
  if (until !== undefined)
    await waitFor(() => engine.log(id).some((entry) => entry.line.includes(until)), UNTIL_LIMIT_MS);
  for (let seen = -1; seen !== lines(); await delay(40)) seen = lines();
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
