import { Worker } from "node:worker_threads";
import { Failure } from "../command.ts";
import type { Target } from "./compile.ts";
import type { PluginFolder } from "./plugin-folder.ts";

export interface CompileRequest {
  plugin: PluginFolder;
  target: Target;
}

export interface CompileReply {
  /** Files that asc read, and those it looked for. */
  sources: string[];
  failure?: { code: Failure["code"]; message: string };
}

/** Compiles a plugin again and again, in a thread of its own. One build at a time. */
export class Compiler {
  #worker: Worker | undefined;

  /**
   * @param look told of each source, also when the build fails
   * @throws Failure with what asc printed
   */
  async compile(plugin: PluginFolder, target: Target, look: (file: string) => void): Promise<void> {
    this.#worker ??= new Worker(new URL("./compile-worker.js", import.meta.url));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, not to a window
    this.#worker.postMessage({ plugin, target } satisfies CompileRequest);
    const { sources, failure } = await reply(this.#worker).catch((error: unknown): CompileReply => {
      this.#worker = undefined;
      return { sources: [], failure: { code: "compile-failed", message: String(error) } };
    });
    for (const source of sources) look(source);
    if (failure !== undefined) throw new Failure(failure.code, failure.message);
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }
}

/** asc ends the process, here the thread, when it crashes; it has printed why. */
function reply(worker: Worker): Promise<CompileReply> {
  return new Promise((resolve, reject) => {
    const exited = (): void => reject(new Error("asc has crashed"));
    worker.once("exit", exited).once("error", reject);
    worker.once("message", (message: CompileReply) => {
      worker.off("exit", exited).off("error", reject);
      resolve(message);
    });
  });
}
