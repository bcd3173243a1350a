import { type Binaryen, type Module, type Ref, type Segment, exportsOf, functionsOf } from "./binaryen.ts";
import { ALLOCATE } from "./collector.ts";
import { HEADER, rtIdAt } from "./literals.ts";
import { reachable } from "./reach.ts";
import { kindOf, walk } from "./walk.ts";

const VISIT = "~lib/rt/__visit_members";
const INDEX = "gateway class index";

/**
 * The collector looks into objects by their class, and knows every class that was compiled. `prepare` marks the place before the optimiser
 * rebuilds it; `dropUnmade` takes out the classes that no code can make and no static data is of.
 */
export class Visits {
  readonly #module: Module;
  readonly #binaryen: Binaryen;
  readonly #made = new Set<number>();
  /** Every object's class is a constant where it is made. */
  #known = true;

  constructor(module: Module, binaryen: Binaryen) {
    this.#module = module;
    this.#binaryen = binaryen;
    const visit = functionsOf(binaryen, module).find((f) => f.name === VISIT);
    if (visit === undefined) return;
    const { i32 } = binaryen;
    module.addFunction(INDEX, i32, i32, [], module.local.get(0, i32));
    binaryen.setPassArgument("no-inline", INDEX);
    module.runPasses(["no-inline"]);
    this.#eachSwitch((ref, info) =>
      binaryen.Switch.setCondition(ref, module.call(INDEX, [info["condition"]], i32)),
    );
  }

  /** Before the top level goes: what it has made may live on. */
  noteTopLevel(): void {
    const start = exportsOf(this.#binaryen, this.#module).filter(({ name }) => name === "_initialize");
    const reached = reachable(
      this.#module,
      this.#binaryen,
      start.map(({ value }) => value),
    );
    this.#note((name) => reached.has(name));
  }
  dropUnmade(statics: readonly Segment[]): void {
    const binaryen = this.#binaryen;
    this.#note(() => true);
    if (!this.#known) return;
    for (const { at, data } of statics)
      if (data.length > HEADER) this.#made.add(rtIdAt({ at, data }, at + HEADER));
    this.#eachSwitch((ref, info) => {
      if (kindOf(binaryen, info["condition"]) !== "Call") return;
      const names: string[] = info["names"];
      // Class 0 is Object, which has no members.
      names.forEach((_, id) => this.#made.has(id) || binaryen.Switch.setNameAt(ref, id, names[0]!));
      binaryen.Switch.setDefaultName(ref, names[0]!);
      binaryen.Switch.setCondition(ref, binaryen.getExpressionInfo(info["condition"])["operands"][0]);
    });
  }

  /** Notes the classes that some functions make objects of. */
  #note(isMeant: (name: string) => boolean): void {
    const binaryen = this.#binaryen;
    for (const { name, module: imported, body } of functionsOf(binaryen, this.#module)) {
      if (imported || !isMeant(name)) continue;
      walk(binaryen, body, (kind, info) => {
        if (kind !== "Call" || !ALLOCATE.test(info["target"])) return;
        const id: Ref = info["operands"][1];
        if (id && kindOf(binaryen, id) === "Const") this.#made.add(binaryen.getExpressionInfo(id)["value"]);
        else this.#known = false;
      });
    }
  }
  #eachSwitch(change: (ref: Ref, info: ReturnType<Binaryen["getExpressionInfo"]>) => void): void {
    const visit = functionsOf(this.#binaryen, this.#module).find((f) => f.name === VISIT);
    if (visit)
      walk(this.#binaryen, visit.body, (kind, info, ref) => {
        if (kind === "Switch") change(ref, info);
      });
  }
}
