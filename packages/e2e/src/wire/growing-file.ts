import { existsSync, readFileSync, writeFileSync } from "node:fs";

const LIMIT_MS = 3000;
const POLL_MS = 5;

/** A log file that several processes append to, read from where the last reading ended. */
export class GrowingFile {
  readonly path: string;
  #read = 0;

  constructor(path: string) {
    this.path = path;
    writeFileSync(path, "");
  }

  /** The lines that are new, as soon as there are `count`; after three seconds, what there is. */
  async lines(count: number): Promise<string[]> {
    const deadline = Date.now() + LIMIT_MS;
    for (;;) {
      const all = existsSync(this.path) ? readFileSync(this.path, "utf8").split("\n").slice(0, -1) : [];
      if (all.length - this.#read >= count || Date.now() > deadline) {
        const fresh = all.slice(this.#read);
        this.#read = all.length;
        return fresh;
      }
      // Another process writes the file: asking again is all there is.
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}
