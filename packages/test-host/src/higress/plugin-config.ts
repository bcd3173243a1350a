import type { Message } from "../envoy/message.ts";
import type { Value } from "../envoy/value.ts";
import { keysOf } from "./keys.ts";

type Json = Record<string, unknown>;

/** What rules name, each once, in their order. */
export interface MatchNames {
  ingresses: string[];
  domains: string[];
  services: string[];
}

export interface PluginConfiguration extends MatchNames {
  /** What `on_configure` reads: JSON, or empty. Absent: the plugin is left out. */
  configuration?: string;
  notes: string[];
}

/**
 * Makes one configuration of `pluginConfig`, or of `defaultConfig` and `matchRules`, as the Higress controller does:
 * `pluginConfig` wins; the rules go under `_rules_` with their conditions as `_match_route_`, `_match_service_` and
 * `_match_domain_`; disabled rules are dropped; with the defaults disabled and no rule left there is no plugin.
 */
export function pluginConfiguration(spec: Message): PluginConfiguration {
  const names: MatchNames = { ingresses: [], domains: [], services: [] };
  const notes: string[] = [];
  const plugin = struct(spec.optional("plugin_config"));
  const defaults = struct(spec.optional("default_config"));
  const isDisabled = spec.optional("default_config_disable")?.boolean() ?? false;
  const items = spec.optional("match_rules")?.list() ?? [];
  const rules = items.flatMap(
    (item) => item.message("MatchRule", (rule) => readRule(rule, names, notes)) ?? [],
  );
  if (plugin !== undefined) {
    if (defaults !== undefined || items.length > 0)
      notes.push("pluginConfig is there: the controller ignores defaultConfig and matchRules.");
    return { configuration: json(plugin), ingresses: [], domains: [], services: [], notes };
  }
  if (isDisabled && rules.length === 0) return { ...names, notes };
  const whole: Json = { ...(isDisabled ? {} : defaults), ...(rules.length > 0 && { _rules_: rules }) };
  return { configuration: json(whole), ...names, notes };
}

/** Undefined for a rule that is disabled, or wrong. */
function readRule(rule: Message, names: MatchNames, notes: string[]): Json | undefined {
  keysOf(rule, ["ingress", "domain", "service", "config", "configDisable", "routeType"]);
  const config = struct(rule.optional("config")) ?? {};
  const isDisabled = rule.optional("config_disable")?.boolean() ?? false;
  const routeType = rule.optional("route_type")?.oneOf(["HTTP", "GRPC"] as const, "use HTTP or GRPC");
  const given = strings(rule.optional("ingress"));
  const domains = strings(rule.optional("domain"));
  const services = strings(rule.optional("service"));
  if (isDisabled) return undefined;
  if (given.length + domains.length + services.length === 0)
    return rule.problem(
      "has no condition; name ingress, domain or service, or the controller refuses the plugin",
    );
  const isOther = routeType === "GRPC" && given.length > 0;
  if (isOther)
    notes.push(
      "A rule of routeType GRPC: the controller writes the route GRPC in place of its ingress names.",
    );
  const ingresses = isOther ? given.map(() => "GRPC") : given;
  remember(names.ingresses, ingresses);
  remember(names.domains, domains);
  remember(names.services, services);
  return {
    ...config,
    ...(ingresses.length > 0 && { _match_route_: ingresses }),
    ...(services.length > 0 && { _match_service_: services }),
    ...(domains.length > 0 && { _match_domain_: domains }),
  };
}

function struct(value: Value | undefined): Json | undefined {
  if (value === undefined) return undefined;
  const plain = value.plain();
  if (plain !== null && typeof plain === "object" && !Array.isArray(plain)) return plain as Json;
  return value.problem("must be an object: it becomes the plugin's JSON");
}

function strings(value: Value | undefined): string[] {
  return value?.list()?.flatMap((item) => item.string() ?? []) ?? [];
}

function remember(known: string[], names: readonly string[]): void {
  for (const name of names) if (!known.includes(name)) known.push(name);
}

/** A protobuf Struct keeps no order: its JSON has the keys sorted. An empty one is no configuration. */
function json(value: Json): string {
  return Object.keys(value).length === 0 ? "" : JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
