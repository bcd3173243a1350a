// The reference of the SDK, from the doc comments of what its entry files export.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const ENTRIES: [specifier: string, file: string][] = [
  ["@gateway-plugins/sdk", "index.ts"],
  ["@gateway-plugins/sdk/advanced", "advanced/index.ts"],
  ["@gateway-plugins/sdk/higress", "higress/index.ts"],
  ["@gateway-plugins/sdk/typed-json", "typed-json/index.ts"],
];
const DECLARATION =
  /^(?:@\w+ )*export (?:declare |abstract )?(class|function|namespace|enum|const enum|let|const) (\w+)/;
/** With a comment of its own where each argument of a constructor stands on a line. */
const MEMBER = /^ {2}(?: {2}readonly |(?:@\w+ )*[a-zA-Z])/;
/** Among them the constructors of what only the SDK makes. */
const HIDDEN = /^(?:constructor\()?(?:private|protected) /;

/** Markdown: a heading for each entry, then each exported name with its comment and its members'. */
export function sdkReference(sdk: string): string {
  return ENTRIES.map(([specifier, file]) => {
    const path = join(sdk, file);
    const text = readFileSync(path, "utf8");
    const exported = [...text.matchAll(/^export \{([^}]+)\} from "([^"]+)";/gm)].flatMap(
      ([, names = "", from = ""]) =>
        names
          .split(",")
          .map((name) => name.trim())
          .filter((name) => name !== "")
          .map((name) => ({ name, file: join(dirname(path), `${from}.ts`) })),
    );
    const own = [...text.matchAll(/^export (?:function|namespace) (\w+)/gm)].map(([, name = ""]) => ({
      name,
      file: path,
    }));
    const sections = [...exported, ...own]
      .toSorted((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))
      .map((one) => section(one.name, readFileSync(one.file, "utf8").split("\n")));
    return `## \`${specifier}\`\n\n${sections.join("\n\n")}`;
  }).join("\n\n");
}

/** Of every call, for the SDK itself, as what says so. */
const INTERNAL = /`(?:join|finish|tryAgain|noteCluster)\(|`: For the SDK\b/;

/** Public names, and members of theirs, that have no doc comment. */
export function undocumented(sdk: string): string[] {
  const problems: string[] = [];
  let name = "";
  let getters = new Set<string>();
  const lines = sdkReference(sdk).split("\n");
  for (const [i, line] of lines.entries()) {
    if (line.startsWith("### ")) {
      name = line.slice(4);
      getters = new Set();
      if (!/^[^-#\s]/.test(lines[i + 4] ?? "")) problems.push(name);
    }
    // A list under a function belongs to its comment.
    if (line.startsWith("`function ")) name = "";
    const member = /^- `(.*?)`(:?)/.exec(line);
    if (!member || name === "") continue;
    const [, text = "", comment] = member;
    const [, kind, property = ""] = /^(get|set) (\w+)/.exec(text) ?? [];
    if (kind === "get") getters.add(property);
    // A setter stands beside its getter; values of an enum, and what a constructor takes, are said above.
    const isSaid = (kind === "set" && getters.has(property)) || /^(?:\w+ = \d+$|constructor\()/.test(text);
    if (comment === "" && !isSaid) problems.push(`${name}: ${text}`);
  }
  return problems;
}

function section(name: string, lines: string[]): string {
  const at = lines.findIndex((line) => DECLARATION.exec(line)?.[2] === name);
  if (at === -1) throw new Error(`${name} is exported, but not declared where it comes from`);
  const kind = DECLARATION.exec(lines[at]!)![1]!;
  const title = kind === "function" || kind === "class" ? signature(lines, at) : `${kind} ${name}`;
  const members = kind === "function" ? [] : membersWithInherited(lines, at);
  return [`### ${name}`, `\`${title}\``, commentBefore(lines, at), members.join("\n")]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** With those of base classes in the same file. */
function membersWithInherited(lines: string[], at: number): string[] {
  const base = / extends (\w+)/.exec(lines[at]!)?.[1];
  const baseAt = lines.findIndex((line) =>
    new RegExp(`^(?:@\\w+ )*(?:export )?(?:abstract )?class ${base}\\b`).test(line),
  );
  const inherited = base === undefined || baseAt === -1 ? [] : membersWithInherited(lines, baseAt);
  return [...membersOf(lines, at), ...inherited.filter((member) => !member.startsWith("- `constructor"))];
}
function membersOf(lines: string[], at: number): string[] {
  const members: string[] = [];
  let depth = 0;
  for (let i = at; i < lines.length; i++) {
    const line = lines[i]!;
    const declared = depth === 1 && MEMBER.test(line) ? signature(lines, i) : "private ";
    if (!HIDDEN.test(declared)) {
      const doc = commentBefore(lines, i).replaceAll(/\s*\n\s*/g, " ");
      const member = `- \`${declared}\`${doc === "" ? "" : `: ${doc}`}`;
      if (!INTERNAL.test(member)) members.push(member);
    }
    depth += braces(line);
    if (i > at && depth === 0) break;
  }
  return members;
}
function braces(line: string): number {
  const code = line.replace(/"(?:\\.|[^"])*"|'(?:\\.|[^'])*'|\/\/.*$|^\s*\/?\*.*$/g, "");
  return (code.match(/\{/g)?.length ?? 0) - (code.match(/\}/g)?.length ?? 0);
}

/** A declaration up to its body, on one line. */
function signature(lines: string[], at: number): string {
  let text = "";
  for (let i = at; i < Math.min(lines.length, at + 14); i++) {
    const line = lines[i]!.trim();
    if (!line.startsWith("/**")) text += ` ${line}`;
    const parens = (text.match(/\(/g)?.length ?? 0) - (text.match(/\)/g)?.length ?? 0);
    if (parens === 0 && /[{;,]$|\{\}$/.test(text)) break;
  }
  return text
    .trim()
    .replace(/^(?:@\w+ )+/, "")
    .replace(/^export /, "")
    .replace(/\s*\{\}?$|[;,]$/, "")
    .replaceAll("( ", "(")
    .replaceAll(/,? \)/g, ")");
}

/** The text of the doc comment above a line, decorators aside. */
function commentBefore(lines: string[], at: number): string {
  let end = at - 1;
  while (end >= 0 && /^\s*(?:@\w+|\/\/)/.test(lines[end]!)) end--;
  if (end < 0 || !lines[end]!.trimEnd().endsWith("*/")) return "";
  let start = end;
  while (!lines[start]!.trim().startsWith("/**")) start--;
  return lines
    .slice(start, end + 1)
    .map((line) => line.replace(/^\s*\/?\*+\/?\s?/, "").replace(/\s*\*\/$/, ""))
    .join("\n")
    .trim();
}
