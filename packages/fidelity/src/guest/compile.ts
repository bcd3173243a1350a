import {
  CALLBACKS,
  HOST_FUNCTIONS,
  SIZES,
  type CallbackName,
  type Kind,
} from "@gateway-plugins/test-parts/guests/abi";
import { assemble, dataAt, encodePairs, importOf } from "@gateway-plugins/test-parts/guests/assemble";
import type { Argument, Plugin, Program, Step } from "../scenario.ts";
import { ON_DEMAND, STREAM_CALLBACK } from "./callbacks.ts";
import { DATA, LIBRARY, OUT } from "./library.ts";

const OUT_KINDS: ReadonlySet<Kind> = new Set(["given", "pairs", "out", "out64"]);
const PAGE = 65536;

/** Compiles a plugin's programs to a module. `tag` is in front of every line it logs; `cluster` gives a cluster's name. */
export function compile(plugin: Plugin, tag: string, cluster: (name: string) => string): Uint8Array {
  return assemble(plugin.wat ?? new Compiler(tag, cluster).module(plugin));
}

class Compiler {
  readonly #tag: string;
  readonly #cluster: (name: string) => string;
  readonly #imports = new Set(["proxy_log"]);
  readonly #saved = new Set<string>();
  readonly #counters = new Set<string>();
  readonly #data: string[] = [];
  #end = DATA;
  #callback: CallbackName = "_initialize";

  constructor(tag: string, cluster: (name: string) => string) {
    this.#tag = tag;
    this.#cluster = cluster;
  }

  module({ callbacks, only = false }: Plugin): string {
    const names = (Object.keys(CALLBACKS) as CallbackName[]).filter(
      (name) => callbacks[name] !== undefined || (!only && !ON_DEMAND.has(name)),
    );
    const functions = names.map((name) => this.#function(name, callbacks[name] ?? []));
    if (callbacks.malloc === undefined)
      functions.push(`(func (export "malloc") (param i32) (result i32) (call $allocate (local.get 0)))`);
    const pages = Math.ceil(this.#end / PAGE) + 1;
    return `(module
      ${[...this.#imports].map((name) => this.#import(name)).join("\n")}
      (memory (export "memory") ${pages})
      (global $heap i32 (i32.const ${Math.ceil(this.#end / 16) * 16}))
      ${[...this.#saved].map((name) => `(global $saved_${name} (mut i32) (i32.const 0))`).join("\n")}
      ${[...this.#counters].map((name) => `(global $count_${name} (mut i32) (i32.const 0))`).join("\n")}
      ${this.#data.join("\n")}
      (func (export "proxy_abi_version_0_2_1"))
      ${LIBRARY}
      ${functions.join("\n")})`;
  }

  #import(name: string): string {
    const kinds = HOST_FUNCTIONS[name];
    if (kinds === undefined) throw new Error(`no host function ${name}`);
    return importOf(name, kinds);
  }

  #function(name: CallbackName, program: Program): string {
    this.#callback = name;
    const definition: { parameters: readonly string[]; answer?: number } = CALLBACKS[name];
    const parameters = definition.parameters.map((parameter) => `(param $${parameter} i32)`).join(" ");
    const told = definition.parameters.map(
      (parameter, index) =>
        `${index === 0 ? "" : this.#say(", ")}(call $number (i64.extend_i32_s (local.get $${parameter})))`,
    );
    const isQuiet = name === "malloc";
    const entry = isQuiet
      ? ""
      : `${this.#say(`${this.#tag} > ${name}(`)}${told.join("")}${this.#say(")")}(call $flush)`;
    const remember = STREAM_CALLBACK.test(name) ? "(global.set $stream (local.get $id))" : "";
    const result = definition.answer === undefined ? "" : "(result i32)";
    const fallback = isQuiet
      ? "(call $allocate (local.get $size))"
      : definition.answer === undefined
        ? ""
        : `(i32.const ${definition.answer})`;
    return `(func (export "${name}") ${parameters} ${result} (local $r i32) ${entry} ${remember} ${this.#program(program)} ${fallback})`;
  }

  #program(program: Program): string {
    if (!("each" in program)) return this.#steps(program);
    const counter = `$count_${this.#callback}`;
    this.#counters.add(this.#callback);
    const last = program.each.length - 1;
    const branches = program.each.map((steps, index) =>
      index === last
        ? this.#steps(steps)
        : `(if (i32.eq (global.get ${counter}) (i32.const ${index + 1})) (then ${this.#steps(steps)}) (else`,
    );
    return `(global.set ${counter} (i32.add (global.get ${counter}) (i32.const 1)))
      ${branches.join(" ")} ${"))".repeat(last)}`;
  }

  #steps(steps: readonly Step[]): string {
    return steps.map((step) => this.#step(step)).join("\n");
  }

  #step(step: Step): string {
    const [name, ...rest] = step;
    const values = rest as Argument[];
    switch (name) {
      case "log":
        return `(drop (call $proxy_log ${this.#number(values[0]!)} ${this.#bytes(`${this.#tag} ${String(values[1])}`)}))`;
      case "trap":
        return "(unreachable)";
      case "return":
        return `(return ${this.#number(values[0]!)})`;
      case "save":
        this.#saved.add(String(values[0]));
        return `(global.set $saved_${String(values[0])} (global.get $last))`;
      case "if-end":
        return `(if (local.get $end) (then ${this.#steps(rest as Step[])}))`;
      case "raw":
        return this.#raw(String(values[0]), values.slice(1));
      default:
        return this.#call(name.replace(/^~/, ""), values, name.startsWith("~"));
    }
  }

  #raw(name: string, values: Argument[]): string {
    this.#imports.add(name);
    const types = HOST_FUNCTIONS[name]!.flatMap((kind) => SIZES[kind]);
    const operands = types.map((type, index) => `(${type}.const ${Number(values[index] ?? 0)})`).join(" ");
    return this.#logged(`${name}(${values.join(", ")})`, `(call $${name} ${operands})`, []);
  }

  #call(name: string, values: Argument[], isOpaque: boolean): string {
    const kinds = HOST_FUNCTIONS[name];
    if (kinds === undefined) throw new Error(`no host function ${name}`);
    this.#imports.add(name);
    const outs: string[] = [];
    let slot = OUT;
    let next = 0;
    const operands = kinds.map((kind) => {
      if (OUT_KINDS.has(kind)) {
        const at = slot;
        slot += 8;
        outs.push(`(call $${kind} (i32.const ${at}) (i32.const ${Number(isOpaque)}))`);
        return SIZES[kind].length === 2 ? `(i32.const ${at}) (i32.const ${at + 4})` : `(i32.const ${at})`;
      }
      const value = values[next++] ?? (kind === "bytes" ? "" : 0);
      if (kind === "bytes") return this.#bytes(value);
      return kind === "long" ? `(i64.const ${Number(value)})` : this.#number(value);
    });
    if (next < values.length) throw new Error(`${name} has ${next} in-parameters, not ${values.length}`);
    const told = values.map(describe).join(", ");
    return this.#logged(`${name}(${told})`, `(call $${name} ${operands.join(" ")})`, outs);
  }

  #logged(title: string, call: string, outs: string[]): string {
    return `(call $clear) (local.set $r ${call})
      ${this.#say(`${this.#tag} ${printable(title)} = `)}(call $number (i64.extend_i32_s (local.get $r)))
      ${outs.join(" ")} (call $flush)`;
  }

  #number(value: Argument): string {
    if (typeof value === "object" && "saved" in value) {
      if (value.saved === "stream") return "(global.get $stream)";
      this.#saved.add(value.saved);
      return `(global.get $saved_${value.saved})`;
    }
    return `(i32.const ${Number(value) | 0})`;
  }

  #bytes(value: Argument): string {
    const bytes = this.#encode(value);
    if (bytes.length === 0) return "(i32.const 0) (i32.const 0)";
    const at = this.#end;
    this.#end += bytes.length;
    this.#data.push(dataAt(at, bytes));
    return `(i32.const ${at}) (i32.const ${bytes.length})`;
  }

  #encode(value: Argument): Buffer {
    if (typeof value === "string") return Buffer.from(value, "latin1");
    if (typeof value === "number") return Buffer.from(String(value));
    if ("hex" in value) return Buffer.from(value.hex, "hex");
    if ("repeat" in value) return Buffer.from(value.repeat.repeat(value.times), "latin1");
    if ("cluster" in value) return Buffer.from(this.#cluster(value.cluster));
    if ("saved" in value) throw new Error("what is saved is a number");
    return encodePairs(value);
  }

  #say(text: string): string {
    return `(call $text ${this.#bytes(text)})`;
  }
}

function describe(value: Argument): string {
  if (typeof value === "string" && value.length > 40) return `"${value.slice(0, 40)}"+${value.length}`;
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}
