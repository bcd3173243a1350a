import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A program's path, searched in PATH. */
export function findInPath(name: string): string | null {
  const paths = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, name));
  return paths.find((path) => existsSync(path)) ?? null;
}
