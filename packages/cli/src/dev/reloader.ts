import { relative, resolve } from "node:path";
import type { LiveGateway } from "@gateway-plugins/test-host/live";
import { describeError } from "../describe-error.ts";
import { paint, print, printError } from "../terminal.ts";
import { FileWatcher } from "./file-watcher.ts";
import type { Input, Reading } from "./input.ts";
import type { ProfileChoice } from "./profile-choice.ts";

/** Keeps a live gateway in step with the files it is made of. What does not work leaves what worked before. */
export class Reloader {
  readonly #input: Input;
  readonly #profile: ProfileChoice;
  readonly #watcher = new FileWatcher((files) => this.#changed(files));
  #live: LiveGateway | undefined;
  #waiting = new Set<string>();
  #running: Promise<void> | undefined;
  /** The problem that was shown last; the same one is not shown twice. */
  #shown = "";

  constructor(input: Input, profile: ProfileChoice) {
    this.#input = input;
    this.#profile = profile;
  }

  get watched(): number {
    return this.#watcher.size;
  }

  async read(changed?: ReadonlySet<string>): Promise<Reading> {
    const files = new Set<string>();
    const look = (file: string): void => {
      files.add(resolve(file));
      this.#watcher.add(file);
    };
    const reading = await this.#input.read(look, changed);
    this.#watcher.keepOnly(files);
    return reading;
  }

  /** From now on a change of a file changes what `live` serves. */
  attach(live: LiveGateway): void {
    this.#live = live;
    if (this.#waiting.size > 0) this.#changed([]);
  }

  async close(): Promise<void> {
    this.#watcher.close();
    this.#live = undefined;
    await this.#running;
  }

  #changed(files: string[]): void {
    for (const file of files) this.#waiting.add(file);
    if (this.#live === undefined) return;
    this.#running ??= this.#reload(this.#live).finally(() => {
      this.#running = undefined;
      if (this.#waiting.size > 0) this.#changed([]);
    });
  }

  async #reload(live: LiveGateway): Promise<void> {
    const started = performance.now();
    const changed = this.#waiting;
    this.#waiting = new Set();
    const names = [...changed].map((file) => relative(process.cwd(), file)).join(", ");
    try {
      const { config, notes } = await this.read(changed);
      await live.swap(config, this.#profile(config));
      for (const note of notes) print(note);
      const elapsed = Math.round(performance.now() - started);
      print(paint("bold", `Reloaded in ${elapsed} ms: ${names}`));
      this.#shown = "";
    } catch (error) {
      const problem = describeError(error);
      if (problem === this.#shown) return;
      this.#shown = problem;
      printError(problem);
      printError(`${names}: not taken; what ran before still serves. Mend it and save.`);
    }
  }
}
