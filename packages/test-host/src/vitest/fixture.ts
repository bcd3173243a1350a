import { expect, test as base } from "vitest";
import { startGateway, type TestGateway } from "../kit/gateway.ts";
import type { StartOptions } from "../kit/options.ts";

export interface GatewayFixture {
  /** `startGateway`, with this test's gateways closed and checked at its end. */
  startGateway(options: StartOptions): Promise<TestGateway>;
}

/**
 * vitest's `test`. When it ends, it fails for what a test seldom asks for: a plugin that did something which would crash, hang or corrupt a
 * real gateway (`gateway.faults`), or that trapped.
 */
export const test = base.extend<GatewayFixture>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the names of the fixtures from this pattern
  startGateway: async ({}, use) => {
    const gateways: TestGateway[] = [];
    await use(async (options) => {
      const gateway = await startGateway(options);
      gateways.push(gateway);
      return gateway;
    });
    for (const gateway of gateways) {
      const trapped = gateway.stats.plugins.filter(({ failed }) => failed).map(({ plugin }) => plugin);
      const logged = gateway.logs.filter(({ level }) => level === "critical").map(({ message }) => message);
      await gateway.close();
      expect(gateway.faults, "what would have harmed a real gateway").toEqual([]);
      expect(trapped, `plugins that trapped: ${logged.join("\n")}`).toEqual([]);
    }
  },
});
