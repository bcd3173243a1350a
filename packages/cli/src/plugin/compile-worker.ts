/** Runs asc in a thread of its own, warm: the gateway answers meanwhile, and the second build takes a fraction of the first. */
import { parentPort } from "node:worker_threads";
import { Failure } from "../command.ts";
import { compileTarget, loadAsc } from "./compile.ts";
import type { CompileReply, CompileRequest } from "./compiler.ts";

parentPort!.on("message", ({ plugin, target }: CompileRequest) => {
  void reply(plugin, target).then((answer) => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, not to a window
    parentPort!.postMessage(answer);
  });
});

async function reply(
  plugin: CompileRequest["plugin"],
  target: CompileRequest["target"],
): Promise<CompileReply> {
  const sources: string[] = [];
  try {
    const asc = await loadAsc(plugin.folder);
    await compileTarget(asc, plugin, target, "minimal", (file) => sources.push(file));
    return { sources };
  } catch (error) {
    if (error instanceof Failure) return { sources, failure: { code: error.code, message: error.message } };
    return { sources, failure: { code: "compile-failed", message: String((error as Error).stack) } };
  }
}
