import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { DEBUG, RELEASE, build } from "../compile.ts";
import { BareHost, withinLimit } from "./bare-host.ts";
import { random } from "./guest.ts";

const source = (inherits: string) => `import { Action, Plugin } from "@gateway-plugins/sdk";
class Config { name: string = ""; }
new Plugin<Config>("fuzz")
  ${inherits}
  .parseConfig((json, config) => { config.name = json.requireString("name"); })
  .onRequestHeaders((ctx) => { ctx.setProperty("applies", ctx.config.name); return Action.Continue; });`;

type Next = (below: number) => number;
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
interface Request {
  route?: string | undefined;
  authority?: string | undefined;
  cluster?: string | undefined;
}
interface Rule {
  routes: string[];
  domains: string[];
  services: string[];
  prefixes: string[];
  name: string;
}
/** What is in force. */
interface Rules {
  name?: string | undefined;
  rules: Rule[];
}

describe.for([
  ["release", RELEASE, 100_000],
  ["debug", DEBUG, 3_000],
] as const)("_rules_ against the page that describes them (%s)", ([, flags, count]) => {
  const moduleOf = (inherits: boolean) => build(source(inherits ? ".rulesInherit()" : ""), [...flags]);
  const each = async (
    seed: number,
    { inherits, requests }: { inherits: boolean; requests: number },
    make: (next: Next) => string,
    inputs: number = count,
  ) => {
    const host = new BareHost(await moduleOf(inherits));
    const next = random(seed);
    let inForce: Rules = { rules: [] };
    let applied: string | undefined;
    host.told = (_, [, name]) => {
      applied = name!.toString();
      return true;
    };
    withinLimit(() => {
      for (let i = 0; i < inputs; i += requests) {
        const text = make(next);
        const bytes = Buffer.from(text);
        host.buffer = () => (bytes.length === 0 ? undefined : bytes);
        host.logs.length = 0;
        const accepted = host.configure(bytes.length);
        const read = readRules(text, inherits);
        const logs = host.logs.filter((line) => !line.endsWith("unknown key, ignored"));
        const same = accepted === !read.refused && logs.length === read.logs.length;
        if (!same || logs.some((line, at) => !line.startsWith(read.logs[at]!)))
          expect([text, accepted, logs]).toEqual([text, !read.refused, read.logs]);
        // What is refused leaves what was before.
        if (!read.refused) inForce = read;
        const prefix = next(2) === 0 ? "xds." : "";
        for (let n = 0; n < requests; n++) {
          const request = someRequest(next);
          const known: Record<string, string | undefined> = {
            [`${prefix}route_name`]: request.route,
            [`${prefix}cluster_name`]: request.cluster,
          };
          const bytesOf = (value: string | undefined) =>
            value === undefined ? undefined : Buffer.from(value);
          host.property = (path) => bytesOf(known[path]);
          host.header = (_, name) => (name === ":authority" ? bytesOf(request.authority) : undefined);
          applied = undefined;
          host.request();
          const wanted = (inForce.rules.find((rule) => applies(rule, request)) ?? inForce).name;
          if (applied !== wanted) expect([inForce, request, applied]).toEqual([inForce, request, wanted]);
        }
      }
    });
    expect(host.pages).toBeLessThan(16);
  };

  test("the first rule that applies counts, then what stands besides them", () =>
    each(51, { inherits: false, requests: 8 }, (next) => written(next, configuration(next))));
  test("rules may inherit", () =>
    each(52, { inherits: true, requests: 8 }, (next) => written(next, configuration(next, 3)), count / 4));
  test("what is no configuration is refused with its place, and what was before stays", () =>
    each(53, { inherits: false, requests: 1 }, (next) =>
      next(2) === 0
        ? written(next, misshapen(next, configuration(next, 3)))
        : cut(next, written(next, configuration(next, 9))),
    ));
  test("so it is where rules inherit", () =>
    each(
      54,
      { inherits: true, requests: 1 },
      (next) => written(next, misshapen(next, configuration(next, 3))),
      count / 4,
    ));
});

const KEYS = ["_match_route_", "_match_domain_", "_match_service_", "_match_route_prefix_"] as const;
const TEXTS: Record<(typeof KEYS)[number], readonly string[]> = {
  _match_route_: ["a", "ab", "b", "", "\u00e9", "a*", "*"],
  _match_domain_: ["a.com", "*.a.com", "*", "a.*", "**", "x*y", "", "[::1]", "*:1", "A.com", "*.com:80"],
  _match_service_: ["a.dns", "a.dns:80", "b.static:443", ":80", "", "a.dns:", "b.static", "a.dns:8", "b"],
  _match_route_prefix_: ["a", "ab", "", "b", "\u00e9"],
};
const ROUTES = ["a", "ab", "abc", "b", "", "\u00e9x", "*", undefined];
const AUTHORITIES =
  "a.com a.com:80 x.a.com y.x.a.com:1 A.com a.org [::1] [::1]:80 a.com: x:y:1 .a.com x*y".split(" ");
const CLUSTERS =
  "outbound|80||a.dns outbound|443|v1|b.static outbound|8||b a.dns outbound|80|a.dns a|80|c|d|a.dns outbound||x|a.dns ||| outbound|80||".split(
    " ",
  );
const someRequest = (next: Next): Request => ({
  route: ROUTES[next(ROUTES.length)],
  authority: [...AUTHORITIES, "", undefined][next(AUTHORITIES.length + 2)],
  cluster: [...CLUSTERS, "", undefined][next(CLUSTERS.length + 2)],
});

/** `named`: one rule in so many has no name of its own. */
function configuration(next: Next, named = 0): { [key: string]: Json } {
  let rules = 0;
  const name = (text: string): { [key: string]: Json } =>
    named > 0 && next(named) === 0 ? {} : { name: text };
  const rule = () => {
    const made: { [key: string]: Json } = name(`rule ${rules++}`);
    const first = next(KEYS.length);
    for (const [i, key] of KEYS.entries()) {
      if (i !== first && next(4) > 0) continue;
      const texts = Array.from({ length: 1 + next(3) }, () => TEXTS[key][next(TEXTS[key].length)]!);
      made[key] = texts.length === 1 && next(2) === 0 ? texts[0]! : texts;
    }
    return made;
  };
  return {
    ...(next(3) > 0 ? name("global") : {}),
    ...(next(6) === 0 ? { _other_: 1 } : {}),
    ...(next(8) > 0 ? { _rules_: Array.from({ length: next(5) }, rule) } : {}),
  };
}
/** With something else in some place. */
function misshapen(next: Next, whole: { [key: string]: Json }): Json {
  const others: Json[] = [
    null,
    true,
    1,
    "",
    "a",
    [],
    {},
    [""],
    [1],
    ["a", null],
    [[]],
    { name: "x" },
    [{ name: "x" }],
  ];
  const other = () => structuredClone(others[next(others.length)]!);
  const rules = whole["_rules_"];
  const kind = next(6);
  if (kind === 0) return other();
  if (kind === 1) return { ...whole, name: other() };
  if (kind === 2 || !Array.isArray(rules) || rules.length === 0) return { ...whole, _rules_: other() };
  const at = next(rules.length);
  if (kind === 3) rules[at] = other();
  else (rules[at] as { [key: string]: Json })[[...KEYS, "name"][next(KEYS.length + 1)]!] = other();
  return whole;
}
/** As JSON, with space here and there and some characters escaped. */
function written(next: Next, json: Json): string {
  const space = () => ["", "", " ", "\n\t"][next(4)]!;
  const list = (open: string, parts: string[], close: string) =>
    open + space() + parts.join(`${space()},${space()}`) + space() + close;
  const text = (value: string) =>
    JSON.stringify(value).replace(/[\w.\u00e9]/g, (c) =>
      next(20) > 0 ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  if (typeof json === "string") return text(json);
  if (Array.isArray(json))
    return list(
      "[",
      json.map((item) => written(next, item)),
      "]",
    );
  if (typeof json !== "object" || json === null) return JSON.stringify(json);
  const members = Object.entries(json).map(
    ([key, value]) => `"${key}"${space()}:${space()}${written(next, value)}`,
  );
  return list("{", members, "}");
}
function cut(next: Next, text: string): string {
  const at = next(text.length + 1);
  const put = ["", ...'{}[]",:\\*|_ 0n\n\u0001'][next(17)]!;
  return next(8) === 0 ? text.slice(0, at) : text.slice(0, at) + put + text.slice(at + next(3));
}

/** By the letter of docs/configuration-rules.md, with what is logged, as far as it is promised. */
function readRules(text: string, inherits: boolean): Rules & { refused: boolean; logs: string[] } {
  const refuse = (problem: string) => ({
    rules: [],
    refused: true,
    logs: [`4 fuzz: configuration refused: ${problem}`],
  });
  let whole: Json;
  try {
    whole = text === "" ? {} : (JSON.parse(text) as Json);
  } catch {
    return refuse("$: bad JSON or over 64 levels at byte ");
  }
  if (!isObject(whole)) return refuse("$: must be an object");
  const rules = whole["_rules_"];
  const withRules = rules !== undefined;
  if (withRules && !Array.isArray(rules)) return refuse("$._rules_: must be a list");
  const items = (rules ?? []) as Json[];
  const found: Rules & { refused: boolean; logs: string[] } = { rules: [], refused: false, logs: [] };
  const keys = Object.keys(whole);
  if (!withRules || keys.length === 0 || keys.some((key) => !key.startsWith("_"))) {
    const [name, problem] = nameOf(whole["name"]);
    if (problem === undefined) found.name = name;
    else if (items.length === 0) return refuse(`$.name: ${problem}`);
    else found.logs.push(`3 fuzz: part besides _rules_ not used: $.name: ${problem}`);
  }
  if (withRules && items.length === 0 && found.name === undefined) return refuse("$._rules_: needs a rule");
  for (const [i, item] of items.entries()) {
    const place = `$._rules_[${i}]`;
    const refuseRule = (problem: string) => {
      const refused = refuse(place + problem);
      return { ...refused, logs: [...found.logs, ...refused.logs] };
    };
    if (!isObject(item)) return refuseRule(": must be an object");
    const conditions: string[][] = [];
    for (const key of KEYS) {
      const value = item[key] ?? [];
      const texts = Array.isArray(value) ? value : [value];
      if (texts.some((one) => typeof one !== "string"))
        return refuseRule(`.${key}: must be a list of strings`);
      conditions.push((texts as string[]).filter((one) => one !== ""));
    }
    if (conditions.every((texts) => texts.length === 0))
      return refuseRule(": no _match_route_, _match_domain_, _match_service_ or _match_route_prefix_");
    const [routes, domains, services, prefixes] = conditions as [string[], string[], string[], string[]];
    const [name, problem] = nameOf(inherits && !("name" in item) ? whole["name"] : item["name"]);
    if (problem !== undefined) return refuseRule(`.name: ${problem}`);
    found.rules.push({ routes, domains, services, prefixes, name });
  }
  return found;
}
const isObject = (value: Json): value is { [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
function nameOf(value: Json | undefined): [name: string, problem?: string] {
  if (value === undefined || value === null || value === "") return ["", "missing name in config"];
  if (typeof value === "string" || typeof value === "number") return [String(value)];
  return ["", "must be a string"];
}
function applies(rule: Rule, { route = "", authority = "", cluster = "" }: Request): boolean {
  const byRoute = () => rule.routes.includes(route);
  const byService = () => {
    const [, port, , fqdn, ...more] = cluster.split("|");
    return (
      fqdn !== undefined &&
      more.length === 0 &&
      rule.services.some((one) => one === fqdn || one === `${fqdn}:${port}`)
    );
  };
  const host = authority.replace(/:[^:\]]*$/, "");
  const byDomain = () =>
    rule.domains.some((one) =>
      one.startsWith("*")
        ? host.endsWith(one.slice(1))
        : one.endsWith("*")
          ? host.startsWith(one.slice(0, -1))
          : host === one,
    );
  if (rule.routes.length > 0) return byRoute() && (rule.services.length === 0 || byService());
  if (rule.domains.length > 0) return byDomain();
  if (rule.services.length > 0) return byService();
  return rule.prefixes.some((one) => route.startsWith(one));
}
