// Counts the objects that a plugin makes for a request: calls of the runtime's `__new`, which everything that makes one comes down to.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import binaryen from "assemblyscript/binaryen";
import { startLeastHost } from "./least-host.ts";

const MAKE = /^~lib\/(?:rt|@gateway-plugins\/sdk\/assembly\/runtime)\/\w+\/__new$/;
const COUNT = "objects";
const REQUESTS = 20;

/**
 * The most objects that one request makes, requests coming one after the other.
 *
 * @param folder of the plugin, built: its debug build is counted, whose functions have names
 */
export function objectsOfRequest(folder: string, name: string): number {
  const host = startLeastHost(countObjects(readFileSync(join(folder, "dist", `${name}.debug.wasm`))), name);
  const count = host.exports[COUNT] as WebAssembly.Global;
  const made = Array.from({ length: REQUESTS }, () => {
    count.value = 0;
    host.send(1);
    return count.value as number;
  });
  return Math.max(...made);
}

/** The module with a counter, which it exports. A plugin that makes no object has no function for it. */
function countObjects(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const module = binaryen.readBinary(bytes);
  const { i32 } = binaryen;
  module.addGlobal(COUNT, i32, true, module.i32.const(0));
  module.addGlobalExport(COUNT, COUNT);
  for (let i = 0; i < module.getNumFunctions(); i++) {
    const { name, params, results, vars, body } = binaryen.getFunctionInfo(module.getFunctionByIndex(i));
    if (!MAKE.test(name)) continue;
    const more = module.i32.add(module.global.get(COUNT, i32), module.i32.const(1));
    const counting = module.block(
      null,
      [module.global.set(COUNT, more), module.copyExpression(body)],
      results,
    );
    module.removeFunction(name);
    module.addFunction(name, params, results, vars, counting);
    break;
  }
  const counted = module.emitBinary();
  module.dispose();
  return new Uint8Array(counted);
}
