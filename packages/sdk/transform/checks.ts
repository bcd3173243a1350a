import * as compiler from "assemblyscript";
import { absentFunction } from "./absent.ts";
import { areBodies, callbacksOf } from "./handlers.ts";
import { type Node, type Parser, type Range, type Source, childrenOf } from "./compiler.ts";

// oxlint-disable-next-line no-explicit-any -- asc types its internals as ambient declarations of its own dialect
const internals = compiler as any;
const { NodeKind, DiagnosticMessage, DiagnosticCategory, DiagnosticCode, AssertionKind, CommonFlags } =
  internals;

/** An error of the plugin as a whole, or of one place in it. */
export function errorMessage(text: string, range?: Range): unknown {
  const message = toDiagnostic(DiagnosticCategory.Error, text);
  return range ? message.withRange(range) : message;
}
/** A warning about the plugin as a whole. */
export function warningMessage(text: string): unknown {
  return toDiagnostic(DiagnosticCategory.Warning, text);
}
function toDiagnostic(category: number, text: string) {
  const message = DiagnosticMessage.create(DiagnosticCode.User_defined_0, category, text);
  message.message = text;
  return message;
}

interface Scope {
  /** Functions around it. */
  depth: number;
  /** Declared names; true for constants that the compiler inlines, which any function may use. */
  names: Map<string, boolean>;
}

/** Handlers and callbacks in which no message waits. */
const UNHELD = /^(?:onLog|onStart|onTick|onQueue|run)$/;
const LOOPS = /^(forEach|map|filter|find\w*|some|every|reduce|sort)$/;

/**
 * Finds mistakes that compile but cannot work, or whose message would not help; asc then stops before compiling. `given`: global names in whose
 * place the author has put something else.
 */
export function checkSource(parser: Parser, source: Source, given: ReadonlySet<string>): void {
  const scopes: Scope[] = [];
  let depth = 0;
  let callee = "";

  const report = (category: number, range: Range, text: string) => {
    parser.diagnostics.push(toDiagnostic(category, text).withRange(range));
  };
  const error = (range: Range, text: string) => report(DiagnosticCategory.Error, range, text);
  const declare = (name: string, inlined: boolean) => scopes.at(-1)?.names.set(name, inlined);

  function scoped(visitInside: () => void): void {
    scopes.push({ depth, names: new Map() });
    visitInside();
    scopes.pop();
  }
  const children = (node: Node): void => childrenOf(node).forEach(visit);
  function visitFunction(declaration: Node): void {
    depth++;
    scoped(() => {
      for (const parameter of declaration["signature"].parameters) {
        declare(parameter.name.text, false);
        if (parameter.initializer) visit(parameter.initializer);
      }
      const body = declaration["body"];
      if (body?.kind === NodeKind.Block) for (const statement of body.statements) visit(statement);
      else if (body) returned(body.kind === NodeKind.Expression ? body.expression : body);
    });
    depth--;
  }
  function identifier(node: Node): void {
    const name: string = node["text"];
    const scope = scopes.findLast((s) => s.names.has(name));
    if (!scope || scope.depth === depth || scope.names.get(name)) return;
    const remedy = /ctx|context|plugin/i.test(name)
      ? "Use the callback's own first parameter."
      : callee.startsWith("send")
        ? `Keep it in ctx.state.${name}, or pass it on: .sendWith(ctx, ${name}, (ctx, response, ${name}) => ...).`
        : LOOPS.test(callee)
          ? "Use a for loop instead: a loop sees everything."
          : "Pass it as an argument, or keep it in ctx.state.";
    error(
      node.range,
      `'${name}' belongs to the function around this callback, and callbacks see only their own parameters and what stands at the top of the file. ${remedy}`,
    );
  }
  /** What a function returns, also as the body of `(x) => expression`; where no message waits it comes to nothing. */
  function returned(expression: Node): void {
    if (UNHELD.test(callee)) discarded(expression);
    visit(expression);
  }
  function discarded(expression: Node): void {
    if (expression.kind !== NodeKind.Call || expression["expression"].kind !== NodeKind.PropertyAccess)
      return;
    const name: string = expression["expression"].property.text;
    if (name === "respond" || name === "respondBytes") {
      error(
        expression.range,
        `'${name}' answers the request, so its result has to be returned: return ctx.${name}(...).`,
      );
    } else if (name === "send" || name === "sendWith" || name === "sendBytes") {
      error(
        expression.range,
        UNHELD.test(callee)
          ? `there is no message that '${name}' could hold here: make the call with .run(${callee === "onLog" ? "ctx.plugin" : "plugin"}, callback).`
          : `'${name}' holds the message until its callback has run, or answers it, so its result has to be returned: return ....${name}(...).`,
      );
    }
  }

  /** Calls of a chain such as `new Plugin("p").onLog(...).onTick(...)`, the last first, and what the chain begins with. */
  function chainOf(node: Node): { names: string[]; start: Node } {
    const names: string[] = [];
    let start = node;
    while (start?.kind === NodeKind.Call && start["expression"].kind === NodeKind.PropertyAccess) {
      names.push(start["expression"].property.text);
      start = start["expression"]["expression"];
    }
    return { names, start };
  }
  /** Handlers of plugins that have a name, by the name. */
  const registered = new Map<string, string[]>();
  /** One callback with two handlers, in one chain or in several of the same variable. */
  function registeredTwice(call: Node, name: string): void {
    const callbacks = callbacksOf(name);
    if (callbacks.length === 0) return;
    const { names, start } = chainOf(call["expression"]["expression"]);
    const variable: string = start?.kind === NodeKind.Identifier ? start["text"] : "";
    const before = registered.get(variable) ?? [];
    if (variable !== "") registered.set(variable, [...before, name]);
    const others = [...names, ...before];
    const { range } = call["expression"].property;
    const earlier = others.find((one) => callbacksOf(one).some((callback) => callbacks.includes(callback)));
    const body = others.find((one) => areBodies(one, name));
    if (earlier !== undefined)
      error(range, `'${name}' would replace '${earlier}' above: a callback has one handler. Do both in one.`);
    else if (body !== undefined && !/\.bufferBody\s*\(/.test(source.text))
      error(
        range,
        `of '${body}' and '${name}' only that for chunks runs, unless ctx.${/Request/.test(name) ? "request" : "response"}.bufferBody() chooses the other one.`,
      );
  }

  let hasPlugin = false;
  /** One plugin in a module, and classes for what is made for it. */
  function checkPlugin(node: Node): void {
    if (node["typeName"].identifier.text !== "Plugin") return;
    if (hasPlugin && depth === 0)
      error(
        node.range,
        "a module is one plugin: this one's name and handlers would replace those of the one above.",
      );
    hasPlugin ||= depth === 0;
    for (const argument of node["typeArguments"] ?? []) {
      const name: string = argument.name?.identifier.text;
      const isInterface = source.statements.some(
        (statement) => statement.kind === NodeKind.InterfaceDeclaration && statement["name"].text === name,
      );
      if (isInterface)
        error(
          argument.range,
          `'${name}' has to be a class, whose fields have initial values: the SDK makes objects of it.`,
        );
    }
  }
  function checkCalled(called: Node): void {
    if (called.kind !== NodeKind.PropertyAccess || called["expression"].kind !== NodeKind.Identifier) return;
    const object: string = called["expression"].text;
    const problem = absentFunction(source, object, called["property"].text, given);
    if (problem !== undefined) error(called.range, problem);
  }

  function visit(node: Node): void {
    // What another transform has written.
    if (node.range.source !== source) return;
    switch (node.kind) {
      case NodeKind.Function:
        return visitFunction(node["declaration"]);
      case NodeKind.FunctionDeclaration:
      case NodeKind.MethodDeclaration:
        return visitFunction(node);
      case NodeKind.Block:
      case NodeKind.For:
        return scoped(() => children(node));
      case NodeKind.Variable:
        for (const declaration of node["declarations"]) {
          if (declaration.initializer) {
            visit(declaration.initializer);
            registered.set(declaration.name.text, chainOf(declaration.initializer).names);
          }
          const isConstant = (declaration.flags & CommonFlags.Const) !== 0;
          declare(declaration.name.text, isConstant && declaration.initializer?.kind === NodeKind.Literal);
        }
        return;
      case NodeKind.PropertyAccess:
        return visit(node["expression"]);
      case NodeKind.NamedType:
      case NodeKind.FunctionType:
      case NodeKind.Import:
      case NodeKind.Export:
      case NodeKind.TypeDeclaration:
      case NodeKind.EnumDeclaration:
        return;
      case NodeKind.New:
        checkPlugin(node);
        return children(node);
      case NodeKind.Call: {
        checkCalled(node["expression"]);
        visit(node["expression"]);
        const name: string =
          node["expression"].kind === NodeKind.PropertyAccess ? node["expression"].property.text : "";
        registeredTwice(node, name);
        for (const argument of node["args"]) {
          const before = callee;
          if (argument.kind === NodeKind.Function) callee = name;
          visit(argument);
          callee = before;
        }
        return;
      }
      case NodeKind.Literal:
        // An object literal: its names are no references.
        if (node["names"]) for (const value of node["values"]) visit(value);
        else children(node);
        return;
      case NodeKind.Expression:
        discarded(node["expression"]);
        return visit(node["expression"]);
      case NodeKind.Return:
        return node["value"] ? returned(node["value"]) : undefined;
      case NodeKind.Throw:
        return error(
          node.range,
          "'throw' ends the whole plugin and every request in it. Return ctx.respond(500, ...) instead, or json.fail(key, message) while reading configuration.",
        );
      case NodeKind.Try:
        return error(
          node.range,
          "there is no try/catch in AssemblyScript, and nothing in the SDK throws: missing values are null, failed calls arrive in their callback as response.failure.",
        );
      case NodeKind.Assertion:
        if (node["assertionKind"] === AssertionKind.NonNull && node["expression"].kind === NodeKind.Call) {
          report(
            DiagnosticCategory.Warning,
            node.range,
            "'!' ends the whole plugin when this is null. Write `|| \"default\"`, or check with `if (value == null)`.",
          );
        }
        return children(node);
      case NodeKind.This:
        if (depth > 1)
          error(node.range, "a callback has no 'this': use its own parameters, for instance ctx.state.");
        return;
      case NodeKind.Identifier:
        return identifier(node);
      default:
        children(node);
    }
  }

  for (const statement of source.statements) visit(statement);
}
