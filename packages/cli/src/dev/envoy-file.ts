import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { Failure, UsageError } from "../command.ts";
import { readTextFile } from "./read-text-file.ts";

type Json = Record<string, unknown>;

export interface EnvoyFileOptions {
  /** Address to listen on in place of 0.0.0.0 and ::. */
  host: string;
  /** What a file that the configuration names really is. */
  modules: ReadonlyMap<string, string>;
  /** Where a cluster's hosts really are. */
  clusters: ReadonlyMap<string, { address: string; port: number }>;
}

/** An Envoy configuration for a real Envoy on this machine, unread but for the places that flags name. */
export function envoyFile(file: string, { host, modules, clusters }: EnvoyFileOptions): Json {
  let root: unknown;
  try {
    root = parse(readTextFile(file));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("file-unreadable", `${file}: ${(error as Error).message}`);
  }
  const left = new Set(clusters.keys());
  const rewrite = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rewrite);
    if (value === null || typeof value !== "object") return value;
    const object = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rewrite(item)]));
    if (typeof object["filename"] === "string")
      object["filename"] = locate(file, object["filename"], modules);
    if (["0.0.0.0", "::"].includes(String(object["address"])) && "port_value" in object)
      object["address"] = host;
    const place = typeof object["name"] === "string" ? clusters.get(object["name"]) : undefined;
    if (place !== undefined && ("load_assignment" in object || "connect_timeout" in object)) {
      left.delete(object["name"] as string);
      return { ...object, type: "STRICT_DNS", load_assignment: assignment(object["name"] as string, place) };
    }
    return object;
  };
  const rewritten = rewrite(root) as Json;
  for (const name of left) throw new UsageError(`--cluster ${name}: ${file} has no such cluster.`);
  return rewritten;
}

function locate(file: string, name: string, modules: ReadonlyMap<string, string>): string {
  const mapped = modules.get(name);
  if (mapped !== undefined) return resolve(mapped);
  const beside = join(dirname(file), basename(name));
  return !existsSync(name) && existsSync(beside) ? resolve(beside) : name;
}

function assignment(name: string, { address, port }: { address: string; port: number }): Json {
  const endpoint = { address: { socket_address: { address, port_value: port } } };
  return { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint }] }] };
}
