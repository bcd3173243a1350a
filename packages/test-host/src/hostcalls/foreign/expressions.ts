import { evaluate, CelTimeError, type ReadProperty } from "../cel/evaluate.ts";
import { FUNCTIONS, LEFT_OUT, MACROS } from "../cel/functions.ts";
import { CelSyntaxError } from "../cel/lexer.ts";
import { parse, type Expression } from "../cel/parser.ts";
import { CelError, serialized } from "../cel/values.ts";
import type { RootCalls } from "../../vm/context.ts";
import { Status } from "../../vm/status.ts";
import type { Vm } from "../../vm/vm.ts";
import type { ForeignFunction } from "../foreign.ts";

interface Expressions {
  next: number;
  byToken: Map<number, Expression>;
}

const byRoot = new WeakMap<RootCalls, Expressions>();

/** Each root context counts tokens from 0. */
function expressionsOf(vm: Vm): Expressions | undefined {
  const root = vm.context?.root;
  if (root === undefined) return undefined;
  let found = byRoot.get(root);
  if (found === undefined) byRoot.set(root, (found = { next: 0, byToken: new Map() }));
  return found;
}

function leftOut(vm: Vm, what: string): ReturnType<ForeignFunction> {
  const message = `a CEL expression uses ${what}, which this host does not do`;
  vm.host.fault("not-simulated", message, vm.context?.plugin.name ?? "");
  return { status: Status.BadArgument };
}

const OPERATORS = new Set("&& || ? ! -x == != < <= > >= in + - * / % has".split(" "));

/** A function that nobody has fails when the expression is made; one that only Envoy has is told of. */
function unknownFunction(expression: Expression): string | undefined {
  const parts: Expression[] = [];
  if (expression.kind === "call") {
    const { name, target, args } = expression;
    const count = args.length + Number(target !== undefined);
    const known = FUNCTIONS[name]?.arity === count || OPERATORS.has(name);
    if (!known && !(target !== undefined && MACROS.has(name) && args.length === 2)) return name;
    parts.push(...(target === undefined ? [] : [target]), ...args);
  } else if (expression.kind === "select") parts.push(expression.of);
  else if (expression.kind === "index") parts.push(expression.of, expression.key);
  else if (expression.kind === "list") parts.push(...expression.items);
  else if (expression.kind === "map") parts.push(...expression.entries.flat());
  for (const part of parts) {
    const name = unknownFunction(part);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** The argument is a CEL expression, the result its token, 4 bytes. 2: it does not parse, or calls what there is not. */
const create: ForeignFunction = (vm, argument) => {
  const expressions = expressionsOf(vm);
  if (expressions === undefined) return { status: Status.BadArgument };
  let expression: Expression;
  try {
    expression = parse(new TextDecoder().decode(argument));
  } catch (error) {
    if (!(error instanceof CelSyntaxError)) throw error;
    return { status: Status.BadArgument };
  }
  // An expression that parses uses a token, whatever comes of it.
  const token = expressions.next++;
  const unknown = unknownFunction(expression);
  if (unknown !== undefined)
    return LEFT_OUT.has(unknown) ? leftOut(vm, `${unknown}()`) : { status: Status.BadArgument };
  expressions.byToken.set(token, expression);
  const result = new Uint8Array(4);
  new DataView(result.buffer).setUint32(0, token, true);
  return { status: Status.Ok, result };
};

/** 1: no such token. 2: no token. 3: a value without a serialized form. 10: the evaluation fails. */
const evaluateByToken: ForeignFunction = (vm, argument) => {
  const token = tokenOf(argument);
  if (token === undefined) return { status: Status.BadArgument };
  const expression = expressionsOf(vm)?.byToken.get(token);
  if (expression === undefined) return { status: Status.NotFound };
  const read: ReadProperty = (path) => vm.context?.property(path);
  try {
    const result = serialized(evaluate(expression, read));
    return result === undefined ? { status: Status.SerializationFailure } : { status: Status.Ok, result };
  } catch (error) {
    if (error instanceof CelTimeError) return leftOut(vm, error.message);
    if (error instanceof CelError) return { status: Status.InternalFailure };
    throw error;
  }
};

/** 0 for a token that there is not, too. */
const remove: ForeignFunction = (vm, argument) => {
  const token = tokenOf(argument);
  if (token === undefined) return { status: Status.BadArgument };
  expressionsOf(vm)?.byToken.delete(token);
  return { status: Status.Ok };
};

function tokenOf(argument: Uint8Array): number | undefined {
  if (argument.length !== 4) return undefined;
  return new DataView(argument.buffer, argument.byteOffset).getUint32(0, true);
}

/** Expressions in CEL over the properties, without times. */
export const expressionFunctions: Record<string, ForeignFunction> = {
  expr_create: create,
  expr_evaluate: evaluateByToken,
  expr_delete: remove,
};
