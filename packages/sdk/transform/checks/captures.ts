interface Scope {
  /** Functions around it. */
  depth: number;
  /** Declared names; true for constants that the compiler inlines, which any function may use. */
  names: Map<string, boolean>;
}

const LOOPS = /^(forEach|map|filter|find\w*|some|every|reduce|sort)$/;

/** The names that functions declare, to tell which of them a callback cannot see. */
export class Captures {
  readonly #scopes: Scope[] = [];

  /** Names declared meanwhile are those of a scope in `depth` functions. */
  scoped(depth: number, visitInside: () => void): void {
    this.#scopes.push({ depth, names: new Map() });
    visitInside();
    this.#scopes.pop();
  }

  declare(name: string, inlined: boolean): void {
    this.#scopes.at(-1)?.names.set(name, inlined);
  }

  /**
   * Why a function cannot use a name; undefined when it can. `depth`: functions around its place. `callee`: what the innermost one is
   * passed to.
   */
  problem(name: string, depth: number, callee: string): string | undefined {
    const scope = this.#scopes.findLast((s) => s.names.has(name));
    if (!scope || scope.depth === depth || scope.names.get(name)) return undefined;
    return `'${name}' belongs to the function around this callback, and callbacks see only their own parameters and what stands at the top of the file. ${remedy(name, callee)}`;
  }
}

function remedy(name: string, callee: string): string {
  if (/ctx|context|plugin/i.test(name)) return "Use the callback's own first parameter.";
  if (callee.startsWith("send"))
    return `Keep it in ctx.state.${name}, or pass it on: .sendWith(ctx, ${name}, (ctx, response, ${name}) => ...).`;
  if (LOOPS.test(callee)) return "Use a for loop instead: a loop sees everything.";
  return "Pass it as an argument, or keep it in ctx.state.";
}
