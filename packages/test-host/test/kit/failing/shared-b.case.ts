import { startGateway } from "../../../src/index.ts";
import { test } from "../../../src/vitest/index.ts";
import { trapping } from "../guests.ts";

test("shared cache, file b", async () => {
  await (await startGateway({ plugin: trapping, name: "trapping" })).fetch("/");
});
