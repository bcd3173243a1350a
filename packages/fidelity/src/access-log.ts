import { closeSync, openSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A file that a gateway writes access records to, each with the scenario's id in front. */
export class AccessLog {
  readonly path: string;
  readonly #file: number;
  readonly #records = new Map<string, string[]>();
  #partial = "";

  constructor(folder: string) {
    this.path = join(folder, `access-${process.hrtime.bigint()}`);
    writeFileSync(this.path, "");
    this.#file = openSync(this.path, "r");
  }

  /** The records of one scenario so far. */
  of(id: string): string[] {
    const buffer = Buffer.alloc(64 * 1024);
    for (let size = 0; (size = readSync(this.#file, buffer)) > 0;) {
      const lines = (this.#partial + buffer.toString("latin1", 0, size)).split("\n");
      this.#partial = lines.pop()!;
      for (const line of lines) {
        const [owner = "", ...rest] = line.split(" ");
        listOf(this.#records, owner).push(rest.join(" "));
      }
    }
    return listOf(this.#records, id);
  }

  close(): void {
    closeSync(this.#file);
  }
}

export function listOf<T>(lists: Map<string, T[]>, id: string): T[] {
  let list = lists.get(id);
  if (list === undefined) lists.set(id, (list = []));
  return list;
}
