import type { Binaryen, Module } from "./binaryen.ts";
import { shortenAborts } from "./aborts.ts";
import { dropAllocator } from "./allocator.ts";
import { fillArrays } from "./arrays.ts";
import { ASK, stripCallbacks } from "./callbacks.ts";
import { COLLECTOR, dropCollector, skipStaticTexts } from "./collector.ts";
import { calledByNumber, functionsIn, placeFunctions } from "./functions.ts";
import { keepGivenObjects } from "./constructors.ts";
import { dropDeadData, tablesIn } from "./data.ts";
import { evaluateTopLevel } from "./evaluate.ts";
import { joinAtOnce } from "./joins.ts";
import { Literals, bareText, resolveIntrinsics } from "./literals.ts";
import { shortenNumbers } from "./numbers.ts";
import { Older } from "./older.ts";
import { tableOf } from "./reach.ts";
import { SCOPES, Scopes } from "./scopes.ts";
import { placeStatics } from "./statics.ts";
import { dropUncalled } from "./table.ts";
import { passTextsOn } from "./texts.ts";
import { Visits } from "./visits.ts";

/** Eight bytes for each character of ASCII. */
const NEAR = 1024;

/**
 * What a compiler that knows the whole plugin can do, on the module that asc has compiled and not yet optimised:
 *
 * 1. texts on their way to the gateway that are literals are encoded and checked now;
 * 2. strings hold UTF-8 where nothing looks at their code units;
 * 3. the top level runs now, and its results become constants: registered handlers are called directly, what is not registered is dead;
 * 4. callbacks that the plugin has no use for are not exported, because an exported one costs an entry into the VM;
 * 5. the garbage collector knows the classes that the plugin can make objects of, and is left out where no callback of a request can make one, and
 *    altogether where none of them outlives its callback or its configuration;
 * 6. callbacks of calls are their places in the table, which holds nothing else, whole numbers become texts in a few lines of the SDK, lists of
 *    strings are joined in one pass, aborts of libraries go without their position, and static data that nothing refers to is dropped.
 *
 * A build without optimisation goes without, and behaves the same. `reachesForMemory`: code of the plugin's gets at memory by itself;
 * `looksUpUnchecked`: it looks elements up without a comparison with the length, which the optimiser may then know by addresses far from them.
 * Returns whether the plugin is known to register nothing.
 */
export function link(
  module: Module,
  binaryen: Binaryen,
  optimizeLevel: number,
  shrinkLevel: number,
  reachesForMemory: boolean,
  looksUpUnchecked: boolean,
): { isIdle: boolean } {
  placeStatics(module, binaryen);
  if (!optimizeLevel && !shrinkLevel) {
    resolveIntrinsics(module, binaryen);
    module.removeExport(ASK);
    return { isIdle: false };
  }
  setOptions(binaryen, optimizeLevel, shrinkLevel);
  const scopes = new Scopes(module, binaryen, reachesForMemory);
  // Behind it: a function that takes another's place is as any.
  keepApart(module, binaryen, [...COLLECTOR, ...SCOPES]);
  const visits = new Visits(module, binaryen);
  const literals = new Literals(module, binaryen);
  const functions = functionsIn(literals.statics, tableOf(module, binaryen).length);
  literals.encode();
  shortenAborts(module, binaryen, literals);
  fillArrays(module, binaryen);
  shortenNumbers(module, binaryen);
  keepGivenObjects(module, binaryen);
  joinAtOnce(module, binaryen);
  if (!reachesForMemory) passTextsOn(module, binaryen, literals);
  module.optimize();
  literals.encode();
  literals.finish();
  visits.noteTopLevel();
  const evaluated = evaluateTopLevel(module, binaryen);
  const older = new Older(module, binaryen, literals.statics, functions);
  stripCallbacks(module, evaluated);
  // What one round finds out, the next makes use of.
  for (let round = 0; round < 2; round++) module.optimize();
  const byNumber = calledByNumber(module, binaryen, literals.statics, evaluated.contents);
  placeFunctions(module, binaryen, literals.statics, functions);
  skipStaticTexts(module, binaryen, literals.statics);
  scopes.decide(byNumber, older);
  dropCollector(module, binaryen, byNumber);
  visits.dropUnmade(literals.statics);
  dropUncalled(module, binaryen);
  module.optimize();
  dropAllocator(module, binaryen);
  module.optimize();
  const contents = reachesForMemory ? evaluated.contents : evaluated.contents.map(bareText);
  const near = reachesForMemory || looksUpUnchecked ? Infinity : NEAR;
  const tables = tablesIn(literals.statics, functions);
  dropDeadData(module, binaryen, contents, literals.encoded, tables, near);
  return { isIdle: evaluated.bits === 0 };
}

/** Those of a new process: asc leaves what it has set for the build before. */
function setOptions(binaryen: Binaryen, optimizeLevel: number, shrinkLevel: number): void {
  binaryen.setOptimizeLevel(optimizeLevel);
  binaryen.setShrinkLevel(shrinkLevel);
  binaryen.setAlwaysInlineMaxSize(3);
  binaryen.setFlexibleInlineMaxSize(20);
  binaryen.setOneCallerInlineMaxSize(-1);
  binaryen.setFastMath(false);
  binaryen.setZeroFilledMemory(false);
}

/** Keeps functions apart from those that call them, for steps that look for them later. */
function keepApart(module: Module, binaryen: Binaryen, names: readonly string[]): void {
  for (const name of names) {
    binaryen.setPassArgument("no-inline", name);
    module.runPasses(["no-inline"]);
  }
}
