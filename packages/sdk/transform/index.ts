import { Transform } from "assemblyscript/transform";
import { checkSource } from "./checks/check-source.ts";
import { refuseConfig } from "./configuration.ts";
import { errorMessage, warningMessage } from "./diagnostics.ts";
import { addHints } from "./hints.ts";
import type { Module } from "./link/binaryen.ts";
import { looksUpUnchecked, reachesForMemory } from "./memory.ts";
import { declareOptions, usesMethod } from "./options.ts";
import { spreadRanges } from "./ranges.ts";
import { replaceRuntime } from "./runtime.ts";
import { addShapes } from "./shapes.ts";
import { link } from "./link/link.ts";
import type { Compiler, Parser } from "./compiler.ts";

const seen = new WeakSet<object>();
/**
 * What asc reserves for the incremental collector's stack where nobody has asked for another size, and what optimised builds need: so static
 * memory and a small heap fit one page.
 */
const [ASC_STACK, STACK] = [32_768, 16_384];
/** `--uncheckedBehavior always` */
const UNCHECKED_ALWAYS = 2;

/**
 * The compiler help behind the SDK; one line of asconfig.json names it. It
 *
 * - adds the callbacks a gateway calls, and links optimised builds (link/);
 * - sets what every gateway needs: no start section, aborts that log;
 * - gives the module the SDK's allocator;
 * - says in a sentence what AssemblyScript reports badly, or not at all.
 */
export default class GatewayTransform extends (Transform as unknown as new () => Compiler) {
  #isSecond = false;
  #reachesForMemory = false;
  #looksUpUnchecked = false;

  constructor() {
    super();
    addHints(this.stderr);
  }

  afterParse(parser: Parser): void {
    const { options } = this.program;
    // Named in asconfig.json and on the command line: asc runs it twice.
    this.#isSecond = seen.has(this.program);
    if (this.#isSecond) return;
    seen.add(this.program);
    options.exportStart ||= "_initialize";
    const isOptimised = options.optimizeLevelHint > 0 || options.shrinkLevelHint > 0;
    if (options.stackSize === ASC_STACK && isOptimised) options.stackSize = STACK;
    options.globalAliases ??= new Map();
    const given = new Set(options.globalAliases.keys());
    if (!options.globalAliases.has("abort")) {
      options.globalAliases.set("abort", "~lib/@gateway-plugins/sdk/assembly/abi/abort/onAbort");
    }
    for (const source of parser.sources) {
      if (!source.internalPath.startsWith("~lib/")) checkSource(parser, source, given);
    }
    spreadRanges(parser.sources, this.program);
    this.#reachesForMemory = reachesForMemory(parser.sources);
    this.#looksUpUnchecked = looksUpUnchecked(parser.sources, options.uncheckedBehavior === UNCHECKED_ALWAYS);
    addShapes(parser);
    const declared = declareOptions(parser.sources);
    const uses = (method: string) => usesMethod(parser.sources, method);
    if (!uses("parseConfig") && !uses("parseRawConfig")) refuseConfig(this.program);
    const streams = uses("stream") ? `export * from "@gateway-plugins/sdk/exports/grpc-stream";\n` : "";
    const heap = replaceRuntime(parser, options.globalAliases);
    parser.parseFile(
      `${declared}// @ts-ignore\n@global const GATEWAY_TRANSFORM: i32 = 1;\n${heap}import "@gateway-plugins/sdk/assembly/abi/abort";\nexport * from "@gateway-plugins/sdk/exports";\n${streams}`,
      "gateway-callbacks.ts",
      true,
    );
  }

  afterCompile(module: Module): void {
    if (this.#isSecond) return;
    const { optimizeLevelHint, shrinkLevelHint } = this.program.options;
    try {
      const { isIdle } = link(
        module,
        this.binaryen,
        optimizeLevelHint,
        shrinkLevelHint,
        this.#reachesForMemory,
        this.#looksUpUnchecked,
      );
      if (isIdle)
        this.program.diagnostics.push(
          warningMessage(
            "no handler is registered at the top level of the plugin: the module would do nothing.",
          ),
        );
    } catch (error) {
      this.program.diagnostics.push(errorMessage((error as Error).message));
    }
  }
}
