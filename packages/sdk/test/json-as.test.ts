import { startGateway } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { BUILDS, build } from "./compile.ts";

const SOURCE = `import { JSON } from "json-as";
import { Plugin } from "@gateway-plugins/sdk";

@json
class Answer {
  user: string = "";
  limits: i32[] = [];
}

new Plugin("writes-json").onRequestHeaders((ctx) => {
  const answer = new Answer();
  answer.user = ctx.request.headers.get("x-user") || "";
  answer.limits = [1, 60];
  return ctx.respond(200, JSON.stringify<Answer>(answer), { contentType: "application/json" });
});`;

describe.for(BUILDS)("json-as beside the SDK's transform (%s)", ([, flags]) => {
  test("writes JSON, whatever is in the text", async () => {
    const gateway = await startGateway({
      plugin: await build(SOURCE, [...flags, "--transform", "json-as/transform"]),
    });
    for (const user of ["ada", 'a"b\\c', "\u{1f600}\u00e9", "</script>"]) {
      const response = await gateway.fetch("/", {
        headers: { "x-user": Buffer.from(user).toString("latin1") },
      });
      expect([response.json(), response.headers.get("content-type")]).toEqual([
        { user, limits: [1, 60] },
        "application/json",
      ]);
    }
  });
});
