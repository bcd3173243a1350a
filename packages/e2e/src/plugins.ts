import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The module that a plugin's package publishes. */
export function publishedModule(plugin: string): string {
  const path = fileURLToPath(import.meta.resolve(`@gateway-plugins/${plugin}/plugin.wasm`));
  if (!existsSync(path)) throw new Error(`${path} is missing: run npm run build`);
  return path;
}
