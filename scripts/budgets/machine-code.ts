// Counts the machine code that V8 makes of a plugin, which is what its compile costs: it does not depend on the clock.
import { spawnSync } from "node:child_process";

/** As gateways compile: everything at once, by the optimising compiler alone. */
export const EAGER = ["--no-liftoff", "--no-wasm-lazy-compilation", "--single-threaded"];
/** Newer V8s double and treble the code by inlining, more or less with each version; some do not know the flag. */
const INLINING = ["--no-wasm-inlining", "--no-experimental-wasm-inlining"];
const COMPILE = "new WebAssembly.Module(require('node:fs').readFileSync(process.argv[1]))";
const BAD_OPTION = 9;

/** @param file a module; each of its functions is compiled once, and counted without what V8 inlines into it. */
export function machineCodeOf(file: string): number {
  for (const inlining of INLINING) {
    const flags = [...EAGER, inlining, "--trace-wasm-compilation-times"];
    const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, "-e", COMPILE, file], {
      encoding: "utf8",
    });
    if (status === BAD_OPTION && stderr.includes(inlining)) continue;
    const sizes = [...stdout.matchAll(/ codesize (\d+) /g)].map(([, bytes]) => Number(bytes));
    if (status !== 0 || sizes.length === 0) throw new Error(`no function of ${file} was compiled: ${stderr}`);
    return sizes.reduce((sum, bytes) => sum + bytes);
  }
  throw new Error(`Node ${process.version} knows none of ${INLINING.join(", ")}`);
}
