import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGateway } from "@gateway-plugins/test-host";
import { beforeAll, describe, expect, test } from "vitest";
import { compile } from "../src/compile.ts";

describe("the stack of a trap in AssemblyScript", () => {
  let wasm = "";
  let folder = "";
  beforeAll(async () => {
    wasm = await compile("traps", "debug");
    folder = await mkdtemp(join(tmpdir(), "stacks-"));
    return () => rm(folder, { recursive: true });
  });

  async function trapOf(plugin: string): Promise<string[]> {
    const gateway = await startGateway({ plugin });
    expect((await gateway.fetch("/")).status).toBe(503);
    const { message } = gateway.takeFault("trap");
    await gateway.close();
    return message.split("\n");
  }

  const FUNCTIONS = /^ {2}at fixtures\/traps\/outOfBounds \((.*)\)$/;
  const place = (lines: string[]) => lines.map((line) => FUNCTIONS.exec(line)?.[1]).find(Boolean);

  test("names functions, files and lines", async () => {
    const lines = await trapOf(wasm);
    expect(lines[0]).toBe("Function: proxy_on_request_headers failed: Uncaught RuntimeError: unreachable");
    expect(place(lines)).toMatch(/fixtures\/traps\.ts:4:\d+$/);
  });

  test("finds the map beside the module, whatever the module is called now", async () => {
    const moved = join(folder, "plugin.wasm");
    await copyFile(wasm, moved);
    await copyFile(`${wasm}.map`, `${moved}.map`);
    expect(place(await trapOf(moved))).toMatch(/fixtures\/traps\.ts:4:\d+$/);
  });

  test("gives offsets in the module where there is no map", async () => {
    const alone = join(folder, "alone.wasm");
    await copyFile(wasm, alone);
    expect(place(await trapOf(alone))).toMatch(/^0x[0-9a-f]+$/);
  });
});
