import { startGateway } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { BUILDS, build } from "./compile.ts";

/** Each expression is an array of strings; `a` is one that only this request has. */
const ARRAYS: [name: string, made: string, elements: string][] = [
  ["constants", `["x", "y"]`, "x,y"],
  ["what is known at run time only", `[a + "1", "2", a + "3"]`, "a1,2,a3"],
  ["one literal within another", `[[a + "1", a + "2"].join("+"), [a].join(""), a + "3"]`, "a1+a2,a,a3"],
  ["a literal that grows", `grown([a + "1", a])`, "a1,a,more,last"],
  ["a literal that was shortened, then set behind its end", `shortened([a + "1", a + "2"])`, "a1,new"],
  ["constants that were shortened, then set behind their end", `shortened(["1", "2"])`, "1,new"],
  ["one of two literals", `a.length > 5 ? [a] : [a, a + "2", a + "3"]`, "a,a2,a3"],
];

/** The same of a variable `list`, changed where it was made. */
const IN_PLACE: typeof ARRAYS = [
  ["constants, shortened", `const list = ["1", "2"]; list.pop(); list[1] = a;`, "1,a"],
  ["others, shortened", `const list = [a, a + "2"]; list.pop(); list[1] = "new";`, "a,new"],
  [
    "emptied by its length",
    `const list = [a + "1", a]; list.length = 0; list[1] = "new"; list[0] = a;`,
    "a,new",
  ],
  ["one behind the last", `const list = [a + "1"]; list[1] = "new";`, "a1,new"],
  [
    "a shorter one after a longer",
    `let list = [a, a + "2", a]; list = [a + "4"]; list[1] = "new";`,
    "a4,new",
  ],
  [
    "one of two lengths",
    `let list = [a + "5"]; if (a.length == 1) list[1] = "new"; else list = [a, a, a];`,
    "a5,new",
  ],
  ["a parameter's place", `const list = replaced([a]);`, "a,new,2"],
];

describe.for(BUILDS)("arrays of literals in a %s build", ([, flags]) => {
  test("hold what was written", async () => {
    const plugin = await build(
      `import { Plugin } from "@gateway-plugins/sdk";
function grown(list: string[]): string[] { list.push("more"); list[3] = "last"; return list; }
function shortened(list: string[]): string[] { list.pop(); list[1] = "new"; return list; }
function replaced(list: string[]): string[] {
  list[1] = "new";
  const before = list;
  list = [before[0], before[1], "1"];
  list[2] = "2";
  return list;
}
new Plugin("p").onRequestHeaders((ctx) => {
  const a = ctx.request.path.substring(1);
  const lines: string[] = [];
${ARRAYS.map(([, made]) => `  lines.push((${made}).join(","));`).join("\n")}
${IN_PLACE.map(([, statements]) => `  {\n    ${statements}\n    lines.push(list.join(","));\n  }`).join("\n")}
  return ctx.respond(200, lines.join(";"));
});`,
      flags,
    );
    const gateway = await startGateway({ plugin });
    expect((await gateway.fetch("/a")).text().split(";")).toEqual(
      [...ARRAYS, ...IN_PLACE].map(([, , elements]) => elements),
    );
  });
});
