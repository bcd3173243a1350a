import { errorMessage } from "./diagnostics.ts";
import type { Compiler, Node } from "./compiler.ts";

const SDK = "~lib/@gateway-plugins/sdk/";
/** The getter of a context, of whatever phase. */
const CONFIG = /^~lib\/@gateway-plugins\/sdk\/assembly\/plugin\/context\/.*#config$/;

/**
 * Reports each place that reads `ctx.config` in a plugin where nothing makes one. Only the compiler knows whose `config` it is, so that is told
 * where it looks it up.
 */
export function refuseConfig({ resolver, diagnostics }: Compiler["program"]): void {
  const lookup = resolver.lookupExpression.bind(resolver);
  const told = new Set<Node>();
  resolver.lookupExpression = (node, ...rest) => {
    const found = lookup(node, ...rest);
    if (!found || !CONFIG.test(found.internalName)) return found;
    if (told.has(node) || node.range.source.internalPath.startsWith(SDK)) return found;
    told.add(node);
    diagnostics.push(
      errorMessage(
        "the plugin reads its configuration here, and nothing has made it: register .parseConfig((json, config) => ...) first, even if it reads no key.",
        node.range,
      ),
    );
    return found;
  };
}
