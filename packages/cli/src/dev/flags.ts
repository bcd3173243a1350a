import { LOG_LEVELS } from "@gateway-plugins/test-host/live";

export interface Flag {
  name: string;
  /** What stands behind it, e.g. `<number>`; absent for a switch. */
  value?: string;
  text: string;
  default?: string;
  repeatable?: boolean;
  /** Whether an empty value says something. */
  mayBeEmpty?: boolean;
  /** Kinds of input that it goes with; absent: all. */
  only?: readonly InputKind[];
}

export type InputKind = "folder" | "modules" | "manifest" | "envoy";

const OWN_GATEWAY = ["folder", "modules", "manifest"] as const;

/** The flags of `gateway dev`: its help, the parser's table and the README's are made of them. */
export const FLAGS: readonly Flag[] = [
  {
    name: "config",
    value: "<json|@file>",
    text: "configuration of a plugin; repeat it, one for each plugin, in their order",
    repeatable: true,
    mayBeEmpty: true,
    only: ["folder", "modules"],
  },
  {
    name: "upstream",
    value: "<url|echo>",
    text: "where requests go",
    default: "echo, built in",
    only: OWN_GATEWAY,
  },
  {
    name: "redis",
    value: "<url|memory>",
    text: "Redis of plugins that use it",
    default: "memory, embedded",
    only: OWN_GATEWAY,
  },
  {
    name: "cluster",
    value: "<name>=<url>",
    text: "resolves a cluster, or a service that a plugin's configuration names; echo and memory work too",
    repeatable: true,
  },
  {
    name: "route",
    value: "<name>=<prefix>",
    text: "path prefix of a route that rules name",
    default: "/<name>",
    repeatable: true,
    only: OWN_GATEWAY,
  },
  {
    name: "wasm",
    value: "<name>=<file>",
    text: "where a module that envoy.yaml or a manifest names really is",
    default: "the file of that name beside it",
    repeatable: true,
    only: ["manifest", "envoy"],
  },
  {
    name: "release",
    text: "builds the release target, which takes longer",
    default: "debug",
    only: ["folder"],
  },
  { name: "trace", text: "prints every phase of every request: header differences, calls, statuses, times" },
  {
    name: "engine",
    value: "<name>",
    text: "node, or envoy: a real one that is installed here",
    default: "node",
  },
  {
    name: "port",
    value: "<number>",
    text: "listener; 0 is any free one",
    default: "10000",
    only: OWN_GATEWAY,
  },
  { name: "admin-port", value: "<number>", text: "admin interface", default: "9901", only: OWN_GATEWAY },
  { name: "host", value: "<address>", text: "address to listen on", default: "127.0.0.1" },
  {
    name: "profile",
    value: "<name>",
    text: "envoy or higress: which gateway to be",
    default: "higress when a plugin uses Redis or for a manifest, else envoy",
  },
  { name: "log-level", value: "<name>", text: LOG_LEVELS.join(", "), default: "info" },
];

const INPUT_NAMES: Record<InputKind, string> = {
  folder: "a plugin's folder",
  modules: ".wasm files",
  manifest: "a WasmPlugin manifest",
  envoy: "an envoy.yaml",
};

/** Where a flag goes: `only with .wasm files`; empty when it goes with all. */
export function restrictionOf({ only }: Flag): string {
  if (only === undefined) return "";
  if (only === OWN_GATEWAY) return "not with an envoy.yaml, which says it itself";
  return `only with ${only.map((kind) => INPUT_NAMES[kind]).join(" or ")}`;
}

/** `--port <number>`. */
export function usageOf({ name, value }: Flag): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}
