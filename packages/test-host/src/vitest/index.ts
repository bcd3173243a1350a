import "./matchers.ts";

export { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished } from "vitest";
export { test } from "./checked-test.ts";
export { describePlugin, type PluginVariant } from "./describe-plugin.ts";
export type { ExpectedCall, ExpectedLocalResponse, GatewayMatchers, HeaderEdits } from "./matcher-types.ts";
