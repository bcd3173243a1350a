// The parts of READMEs that are generated: options from each plugin's schema, the plugins' table from the artifacts.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FLAGS, restrictionOf, usageOf } from "@gateway-plugins/cli/dist/dev/flags.js";
import { format, resolveConfig } from "prettier";
import { costsTable } from "./costs.ts";
import { sdkReference } from "./sdk-reference.ts";
import { measurePlugin, type MeasuredPlugin } from "./measured-plugin.ts";

export const PLUGINS = ["hello-world", "mock-response", "http-call", "redis-ratelimit"];

interface Property {
  type: string | string[];
  description: string;
  default?: unknown;
}
interface Schema {
  required?: string[];
  properties: Record<string, Property>;
  examples: object[];
}

export interface Readme {
  file: string;
  before: string;
  after: string;
}

/** Every README with a generated part, as it is and as it should be. */
export async function readmes(root: string): Promise<Readme[]> {
  const plugins = PLUGINS.map((name) => ({ name, folder: join(root, "packages", name) }));
  const withOptions = plugins.flatMap(({ folder }) => {
    const schema = schemaIn(folder);
    return schema ? [renew(join(folder, "README.md"), "options", () => optionsTable(schema))] : [];
  });
  const rows: string[] = [];
  const present = readFileSync(join(root, "README.md"), "utf8");
  for (const { name, folder } of plugins) {
    const measured = await measurePlugin(folder, name, exampleConfiguration(folder));
    const { description } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
      description: string;
    };
    const gzipBytes = sameZip(present, name, measured);
    const cells = [
      measured.bytes,
      gzipBytes,
      measured.imports,
      measured.loadsOn,
      measured.entries,
      measured.hostCalls,
    ];
    rows.push(`| [${name}](packages/${name}) | ${description} | ${cells.join(" | ")} |`);
  }
  const costs = await costsTable(root);
  const head =
    "| plugin | what it does | bytes | gzip | imports | loads on | entries | calls |\n|---|---|--:|--:|--:|---|--:|--:|";
  return Promise.all([
    ...withOptions,
    renew(join(root, "packages/cli/README.md"), "flags", flagsTable),
    renew(join(root, "docs/costs.md"), "costs", () => costs),
    renew(join(root, "docs/sdk.md"), "reference", () => sdkReference(join(root, "packages/sdk"))),
    renew(join(root, "README.md"), "plugins", () => `${head}\n${rows.join("\n")}`),
  ]);
}

/** The first example of a plugin's schema: what it is measured with. */
export function exampleConfiguration(folder: string): object | undefined {
  return schemaIn(folder)?.examples[0];
}
function schemaIn(folder: string): Schema | undefined {
  const file = join(folder, "config.schema.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Schema) : undefined;
}

function optionsTable(schema: Schema): string {
  const rows = Object.entries(schema.properties).map(([name, { type, description, default: value }]) => {
    // The first type is the one to write; the others are read too.
    const written = Array.isArray(type) ? type[0] : type;
    const otherwise = schema.required?.includes(name)
      ? "required"
      : value === undefined || value === ""
        ? ""
        : `\`${String(value)}\``;
    return `| \`${name}\` | ${written} | ${otherwise} | ${description.replaceAll("|", "\\|")} |`;
  });
  return `| option | type | default | what it does |\n|---|---|---|---|\n${rows.join("\n")}`;
}

function flagsTable(): string {
  const rows = FLAGS.map((flag) => {
    const restriction = restrictionOf(flag);
    const text = restriction === "" ? flag.text : `${flag.text}; ${restriction}`;
    return `| \`${usageOf(flag)}\` | ${text} | ${(flag.default ?? "").replace("/<name>", "`/<name>`")} |`.replace(
      /(?<=\w)\|(?=\w|@)/g,
      "\\|",
    );
  });
  return `| flag of \`gateway dev\` | what it does | default |\n|---|---|---|\n${rows.join("\n")}`;
}

/** Versions of zlib differ by some bytes: for the same file, a number that is as good as the same stays. */
function sameZip(readme: string, name: string, { bytes, gzipBytes }: MeasuredPlugin): number {
  const row = readme.split("\n").find((line) => line.startsWith(`| [${name}](`));
  const [wasBytes, wasGzip = 0] = (row?.split("|") ?? []).slice(3, 5).map(Number);
  return wasBytes === bytes && Math.abs(wasGzip - gzipBytes) <= gzipBytes / 50 ? wasGzip : gzipBytes;
}

async function renew(file: string, part: string, generate: () => string): Promise<Readme> {
  const before = readFileSync(file, "utf8");
  const [start, end] = [`<!-- ${part}:start -->`, `<!-- ${part}:end -->`];
  const from = before.indexOf(start);
  const to = before.indexOf(end);
  if (from < 0 || to < from)
    throw new Error(
      `${file}: the markers ${start} and ${end} are missing; put them where the table belongs.`,
    );
  const text = `${before.slice(0, from + start.length)}\n\n${generate()}\n\n${before.slice(to)}`;
  return { file, before, after: await format(text, { ...(await resolveConfig(file)), parser: "markdown" }) };
}
