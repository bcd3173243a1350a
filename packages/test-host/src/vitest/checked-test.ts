import { aroundEach, test as base, type TestContext } from "vitest";
import type { Fault } from "../gateway/observe.ts";
import type { TestGateway } from "../testing/test-gateway.ts";
import { collectAllGateways, collectGateways } from "../testing/watch.ts";
import { formatTrace } from "../trace/format.ts";

const SHOWN_TRACES = 2;
const wrapped = new WeakSet<object>();

/**
 * Vitest's `test`, for plugins. It closes the gateways that the test started, and fails it for every fault that it did
 * not take with `gateway.takeFault`: a trap, a stream nobody resumes, anything a real gateway would not survive; and a
 * callout or request that is still under way, an error line that nobody read, memory that goes on growing.
 * A test that fails prints what happened to its last requests.
 *
 * `test.concurrent` works, except where files share one module cache (`isolate: false`).
 */
export const test = base.extend<{ gatewayCheck: void }>({
  gatewayCheck: [
    async ({ task }, use) => {
      if (wrapped.has(task)) await use();
      else await check(await collectAllGateways(use), task);
    },
    { auto: true },
  ],
});

// Around the test and not in the fixture: only here does a test run inside of what wraps it.
aroundEach(async (run, { task }) => {
  wrapped.add(task);
  await check(await collectGateways(run), task);
});

async function check(gateways: readonly TestGateway[], task: TestContext["task"]): Promise<void> {
  if (gateways.length === 0) return;
  await Promise.all(gateways.map((gateway) => gateway.inspect()));
  await Promise.all(gateways.map((gateway) => gateway.close()));
  const story = tell(gateways);
  const errors = task.result?.errors ?? [];
  for (const error of errors) {
    const { message, stack } = error;
    error.message = message + story;
    // Some reporters print the one, some the other.
    if (stack !== undefined) error.stack = stack.replace(message, () => error.message);
  }
  const faults = gateways.flatMap((gateway) => gateway.faults);
  if (errors.length === 0 && faults.length > 0) throw new Error(describeFaults(faults) + story);
}

function tell(gateways: readonly TestGateway[]): string {
  const traces = gateways.flatMap((gateway) => gateway.traces).slice(-SHOWN_TRACES);
  if (traces.length === 0) return "";
  const title = traces.length === 1 ? "The request:" : "The last requests:";
  return `\n\n${title}\n${traces.map((trace) => formatTrace(trace)).join("\n")}\n`;
}

function describeFaults(faults: readonly Fault[]): string {
  const lines = faults.map(({ code, message, plugin }) => `  ${plugin || "gateway"}: ${code}: ${message}`);
  return (
    `The test leaves what it did not expect; gateway.takeFault("${faults[0]?.code}") says that it does:\n` +
    lines.join("\n")
  );
}
