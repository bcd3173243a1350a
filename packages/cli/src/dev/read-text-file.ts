import { readFileSync } from "node:fs";
import { Failure } from "../command.ts";

/** @throws Failure when the file cannot be read */
export function readTextFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Failure(
      "file-unreadable",
      `${file}: cannot be read (${(error as NodeJS.ErrnoException).code}).`,
    );
  }
}
