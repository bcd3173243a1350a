import { test as base } from "vitest";
import type { Fault } from "../gateway/observe.ts";
import { collectGateways } from "../testing/watch.ts";

/**
 * Vitest's `test`, for plugins: closes the gateways that the test started, and fails it for every fault that it did not
 * take with `gateway.takeFault`: a trap, a stream nobody resumes, anything a real gateway would not survive.
 * Not for `test.concurrent`.
 */
export const test = base.extend<{ gatewayCheck: void }>({
  gatewayCheck: [
    async ({}, use) => {
      const collected = collectGateways();
      await use();
      const gateways = collected.stop();
      await Promise.all(gateways.map((gateway) => gateway.close()));
      const faults = gateways.flatMap((gateway) => gateway.faults);
      if (faults.length > 0) throw new Error(describeFaults(faults));
    },
    { auto: true },
  ],
});

function describeFaults(faults: readonly Fault[]): string {
  const lines = faults.map(({ code, message, plugin }) => `  ${plugin || "gateway"}: ${code}: ${message}`);
  return `A real gateway would not have survived this test:\n${lines.join("\n")}`;
}

export { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from "vitest";
export { describePlugin, type PluginVariant } from "./describe-plugin.ts";
