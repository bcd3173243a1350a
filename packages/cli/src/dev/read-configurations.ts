import { readFileSync } from "node:fs";
import { UsageError } from "../command.ts";

/** The texts that `--config` gives, `@file` read; one for each plugin at most. */
export function readConfigurations(
  values: string[],
  plugins: number,
  look: (file: string) => void,
): string[] {
  if (values.length > plugins) throw new UsageError("There are more --config than plugins.");
  return values.map((value) => {
    if (!value.startsWith("@")) return value;
    const file = value.slice(1);
    if (file === "") throw new UsageError("--config @: name the file: --config @config.json.");
    look(file);
    try {
      return readFileSync(file, "utf8");
    } catch {
      throw new UsageError(`--config ${value}: there is no readable file ${file}.`);
    }
  });
}
