import { type Binaryen, type Module, type Ref, exportsOf, functionsOf } from "./binaryen.ts";
import { ALLOCATE, HOOKS, stopCounting } from "./collector.ts";
import { callsWith } from "./flow.ts";
import type { Older } from "./older.ts";
import { reachable, tableOf } from "./reach.ts";
import { RUNTIME, runtime } from "./runtime.ts";
import { kindOf, walk } from "./walk.ts";

const SDK = "~lib/@gateway-plugins/sdk/assembly/";
/** The collector that knows the other way, and what chooses it: see assembly/runtime/scope.ts. */
const COLLECTOR = `${SDK}runtime/collector/`;
const IS_SCOPED = `${SDK}runtime/scope/isScoped`;
/** A managed pointer is stored in an object. */
const LINK = runtime("__link");
const VISIT_GLOBALS = "~lib/rt/__visit_globals";
/** Asks for the collector where it is known that it is there. */
const COLLECT = `${SDK}stream/callback/collectOutside`;
const CONFIGURE = "proxy_on_configure";
/** Globals that are read before the callback that has set them is over, and not later. */
const PASSING = [`${SDK}redis/builder/begun.client`, `${SDK}redis/builder/begun.script`];

/** The functions that this step looks for. */
export const SCOPES = ["*/__link", COLLECT];

/**
 * Whether objects need a garbage collector at all. They do where a request may store one in another object or in a global variable: what lives
 * longer could point to what does not. So they do where the reading of a configuration may store one in what is there before, or after. Elsewhere an
 * object lives until the callback that has made it is over, or, one that was made for a configuration, as long as that.
 */
export class Scopes {
  readonly #module: Module;
  readonly #binaryen: Binaryen;
  /** Global variables that hold objects beyond a callback. */
  readonly #holders = new Set<string>();
  /** What is exported until `decide`: the optimiser then knows nothing about it. */
  readonly #kept: string[] = [];
  readonly #link: string | undefined;

  constructor(module: Module, binaryen: Binaryen, reachesForMemory: boolean) {
    this.#module = module;
    this.#binaryen = binaryen;
    const functions = functionsOf(binaryen, module);
    const names = functions.map(({ name }) => name);
    this.#kept = names.filter((name) => ALLOCATE.test(name));
    const visit = functions.find(({ name }) => name === VISIT_GLOBALS);
    if (visit && !reachesForMemory && names.includes(`${COLLECTOR}__new`)) {
      walk(binaryen, visit.body, (kind, info) => {
        if (kind === "GlobalGet" && !PASSING.includes(info["name"])) this.#holders.add(info["name"]);
      });
      this.#link = names.find((name) => LINK.test(name));
      if (this.#link !== undefined) {
        this.#kept.push(this.#link);
        this.#setLink(
          module.if(
            module.global.get(IS_SCOPED, binaryen.i32),
            module.i32.store(0, 4, module.local.get(0, binaryen.i32), module.local.get(1, binaryen.i32), "0"),
          ),
        );
      }
      module.addGlobalExport(IS_SCOPED, IS_SCOPED);
    }
    for (const name of this.#kept) module.addFunctionExport(name, name);
  }

  /** Once it is known what runs in which callback. `byNumber`: what may be called there without its name. */
  decide(byNumber: readonly string[], older: Older): void {
    const module = this.#module;
    const isPossible = exportsOf(this.#binaryen, module).some(({ name }) => name === IS_SCOPED);
    for (const name of this.#kept) module.removeExport(name);
    if (!isPossible) return;
    module.removeExport(IS_SCOPED);
    const isScoped = this.#areShortLived(byNumber, older);
    if (this.#link !== undefined) this.#setLink(module.nop());
    if (!isScoped) return;
    module.removeGlobal(IS_SCOPED);
    module.addGlobal(IS_SCOPED, this.#binaryen.i32, false, module.i32.const(1));
    if (functionsOf(this.#binaryen, module).some(({ name }) => name === COLLECT))
      this.#replace(COLLECT, [], module.nop());
    stopCounting(module, this.#binaryen);
  }

  #areShortLived(byNumber: readonly string[], older: Older): boolean {
    const binaryen = this.#binaryen;
    const table = tableOf(this.#module, binaryen);
    const callbacks = exportsOf(binaryen, this.#module);
    const named = (isMeant: (name: string) => boolean) =>
      callbacks.filter(({ name }) => isMeant(name)).map(({ value }) => value);
    const reached = (from: readonly string[], leaves: ReadonlySet<string> = new Set()) =>
      reachable(this.#module, binaryen, from, { byNumber, leaves });
    const all = reached(named(() => true));
    // What a start handler makes is no configuration's.
    const start = table.filter((_, i) => i + 1 === older.start);
    const onRequests = reached([...named((name) => name !== CONFIGURE), ...start]);
    const isNothing = (ref: Ref) => kindOf(binaryen, ref) === "Const";
    let isLinked = false;
    for (const { name, module: imported, body } of functionsOf(binaryen, this.#module)) {
      if (imported || !all.has(name)) continue;
      walk(binaryen, body, (kind, info) => {
        if (kind === "GlobalSet") isLinked ||= this.#holders.has(info["name"]) && !isNothing(info["value"]);
        else if (kind === "Call" && info["target"] === this.#link && onRequests.has(name))
          isLinked ||= !isNothing(info["operands"][1]);
      });
    }
    if (isLinked || this.#link === undefined) return !isLinked;
    // The collector, which looks at everything, stores nothing.
    const onConfigurations = reached(
      named((name) => name === CONFIGURE),
      new Set([COLLECT, ...HOOKS]),
    );
    return callsWith(this.#module, binaryen, this.#link, {
      begins: (kind, info) =>
        (kind === "GlobalGet" && this.#holders.has(info["name"])) ||
        (kind === "Const" && older.has(info["value"])),
      makesOthers: (name) => ALLOCATE.test(name),
      within: new Set([...onConfigurations].filter((name) => !RUNTIME.test(name))),
      byNumber,
    }).every(({ operands }) => isNothing(operands[1]));
  }
  #setLink(body: Ref): void {
    const { i32 } = this.#binaryen;
    this.#replace(this.#link!, [i32, i32, i32], body);
  }
  #replace(name: string, params: number[], body: Ref): void {
    this.#module.removeFunction(name);
    this.#module.addFunction(name, this.#binaryen.createType(params), this.#binaryen.none, [], body);
  }
}
