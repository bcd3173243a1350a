// What each area of the SDK adds to a plugin: measured by building small plugins that differ in one thing.
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as asc from "assemblyscript/asc";

interface Probe {
  area: string;
  /** The body of the request handler. */
  handler: string;
  /** In front of the plugin. */
  before?: string;
  /** `<Config>`, with `parse` as the body of its reader. */
  parse?: string;
  /** The probe it is compared with. Default: the first. */
  over?: string;
}

const CLIENT = `import { HttpClient, Cluster } from "@gateway-plugins/sdk";\nconst service = new HttpClient(Cluster.named("a"));\n`;
const REDIS = `import { RedisClient, Cluster } from "@gateway-plugins/sdk";\nconst redis = new RedisClient(Cluster.named("a"));\n`;
const PROBES: Probe[] = [
  {
    area: "a request handler that adds a header with `append`",
    handler: `ctx.request.headers.append("a", "b");`,
  },
  {
    area: "`headers.get`, its result used",
    handler: `if (ctx.request.headers.get("a") != null) ctx.request.headers.append("a", "b");`,
  },
  {
    area: "`headers.set` with a value from elsewhere",
    handler: `ctx.request.headers.set("a", ctx.request.path);`,
  },
  {
    area: "`respond` with a status and a literal body",
    handler: `if (ctx.request.hasBody) return ctx.respond(403, "no");`,
  },
  {
    area: "`respond` with headers",
    handler: `if (ctx.request.hasBody) return ctx.respond(403, "no", { headers: [["a", "b"]] });`,
  },
  { area: "`log.info` with a literal", handler: `log.info("a");` },
  { area: "`property`", handler: `if (ctx.property("request.id") != null) return ctx.respond(403);` },
  {
    area: "a configuration with one boolean, and `_rules_`",
    handler: `if (ctx.config.on) ctx.request.headers.append("a", "b");`,
    parse: `config.on = json.bool("on");`,
  },
  {
    area: "one string more in it",
    over: "a configuration with one boolean, and `_rules_`",
    handler: `if (ctx.config.on) ctx.request.headers.append("a", ctx.config.text);`,
    parse: `config.on = json.bool("on"); config.text = json.string("text");`,
  },
  {
    area: "one integer more in it",
    over: "a configuration with one boolean, and `_rules_`",
    handler: `if (ctx.config.on && ctx.config.number) ctx.request.headers.append("a", "b");`,
    parse: `config.on = json.bool("on"); config.number = json.integer("number");`,
  },
  {
    area: "an HTTP call and its status",
    handler: `return service.get("/").send(ctx, (ctx, response) => response.ok ? Action.Continue : ctx.respond(403));`,
    before: CLIENT,
  },
  {
    area: "headers for the call",
    over: "an HTTP call and its status",
    handler: `return service.get("/", { headers: [["a", "b"]] }).send(ctx, (ctx, response) => response.ok ? Action.Continue : ctx.respond(403));`,
    before: CLIENT,
  },
  {
    area: "the call's answer as JSON",
    over: "an HTTP call and its status",
    handler: `return service.get("/").send(ctx, (ctx, response) => { const json = response.json(); return json != null && json.bool("a") ? Action.Continue : ctx.respond(403); });`,
    before: CLIENT,
  },
  {
    area: "a Redis command and its integer",
    handler: `return redis.incr("a").send(ctx, (ctx, reply) => reply.integer() < 9 ? Action.Continue : ctx.respond(429));`,
    before: REDIS,
  },
];

/** The table of docs/costs.md. */
export async function costsTable(root: string): Promise<string> {
  const parent = join(root, "packages/e2e/build");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "costs-"));
  const bytes = new Map<string, number>();
  try {
    for (const probe of PROBES) bytes.set(probe.area, await build(folder, probe));
  } finally {
    rmSync(folder, { recursive: true });
  }
  const rows = PROBES.map(({ area, over }, i) => {
    const more = i === 0 ? "" : String(bytes.get(area)! - bytes.get(over ?? PROBES[0]!.area)!);
    return `| ${area} | ${bytes.get(area)} | ${more} |`;
  });
  return `| a plugin with | bytes | more |\n|---|--:|--:|\n${rows.join("\n")}`;
}

async function build(folder: string, probe: Probe): Promise<number> {
  const returns = probe.handler.startsWith("return") ? "" : " return Action.Continue;";
  const reader = probe.parse
    ? `class Config { on: bool = false; number: i32 = 0; text: string = ""; }\nconst plugin = new Plugin<Config>("p").parseConfig((json, config) => { ${probe.parse} });`
    : `const plugin = new Plugin("p");`;
  writeFileSync(
    join(folder, "plugin.ts"),
    `import { Action, Plugin, log } from "@gateway-plugins/sdk";\n${probe.before ?? ""}${reader}\nplugin.onRequestHeaders((ctx) => { ${probe.handler}${returns} });\n`,
  );
  const stderr = asc.createMemoryStream();
  const { error } = await asc.main(
    [
      "plugin.ts",
      "--baseDir",
      folder,
      "--outFile",
      "plugin.wasm",
      "--runtime",
      "minimal",
      "--transform",
      "@gateway-plugins/sdk/transform",
      "--optimizeLevel",
      "3",
      "--shrinkLevel",
      "2",
      "--converge",
    ],
    { stdout: asc.createMemoryStream(), stderr },
  );
  if (error) throw new Error(`${probe.area}: ${stderr.toString()}${error.message}`);
  return readFileSync(join(folder, "plugin.wasm")).length;
}
