import * as compiler from "assemblyscript";
import { type Node, type Parser, type Source, childrenOf } from "../compiler.ts";
import { errorMessage, warningMessage } from "../diagnostics.ts";
import { absentFunction } from "./absent.ts";
import { Captures } from "./captures.ts";
import { Plugins } from "./plugins.ts";
import { Registrations } from "./registrations.ts";
import type { Report } from "./report.ts";
import { discardedResult, holdsNothing } from "./results.ts";

// oxlint-disable-next-line no-explicit-any -- asc types its internals as ambient declarations of its own dialect
const { NodeKind, AssertionKind, CommonFlags } = compiler as any;

/**
 * Finds mistakes that compile but cannot work, or whose message would not help; asc then stops before compiling. `given`: global names in whose
 * place the author has put something else.
 */
export function checkSource(parser: Parser, source: Source, given: ReadonlySet<string>): void {
  const report: Report = {
    error: (range, text) => void parser.diagnostics.push(errorMessage(text, range)),
    warning: (range, text) => void parser.diagnostics.push(warningMessage(text, range)),
  };
  const captures = new Captures();
  const registrations = new Registrations(source, report);
  const plugins = new Plugins(source, report);
  let depth = 0;
  let callee = "";

  const children = (node: Node): void => childrenOf(node).forEach(visit);
  function visitFunction(declaration: Node): void {
    depth++;
    captures.scoped(depth, () => {
      for (const parameter of declaration["signature"].parameters) {
        captures.declare(parameter.name.text, false);
        if (parameter.initializer) visit(parameter.initializer);
      }
      const body = declaration["body"];
      if (body?.kind === NodeKind.Block) for (const statement of body.statements) visit(statement);
      else if (body) returned(body.kind === NodeKind.Expression ? body.expression : body);
    });
    depth--;
  }
  /** What a function returns, also as the body of `(x) => expression`; where no message waits it comes to nothing. */
  function returned(expression: Node): void {
    if (holdsNothing(callee)) discarded(expression);
    visit(expression);
  }
  function discarded(expression: Node): void {
    const problem = discardedResult(expression, callee);
    if (problem !== undefined) report.error(expression.range, problem);
  }
  function visitCall(node: Node): void {
    const called: Node = node["expression"];
    if (called.kind === NodeKind.PropertyAccess && called["expression"].kind === NodeKind.Identifier) {
      const problem = absentFunction(source, called["expression"].text, called["property"].text, given);
      if (problem !== undefined) report.error(called.range, problem);
    }
    visit(called);
    const name: string = called.kind === NodeKind.PropertyAccess ? called["property"].text : "";
    registrations.register(node, name);
    for (const argument of node["args"]) {
      const before = callee;
      if (argument.kind === NodeKind.Function) callee = name;
      visit(argument);
      callee = before;
    }
  }
  function visitVariable(declaration: Node): void {
    const { initializer, flags } = declaration;
    const name: string = declaration["name"].text;
    if (initializer) {
      visit(initializer);
      registrations.declare(name, initializer);
    }
    const isConstant = (flags & CommonFlags.Const) !== 0;
    captures.declare(name, isConstant && initializer?.kind === NodeKind.Literal);
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
        return captures.scoped(depth, () => children(node));
      case NodeKind.Variable:
        return node["declarations"].forEach(visitVariable);
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
        plugins.made(node, depth === 0);
        return children(node);
      case NodeKind.Call:
        return visitCall(node);
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
        return report.error(
          node.range,
          "'throw' ends the whole plugin and every request in it. Return ctx.respond(500, ...) instead, or json.fail(key, message) while reading configuration.",
        );
      case NodeKind.Try:
        return report.error(
          node.range,
          "there is no try/catch in AssemblyScript, and nothing in the SDK throws: missing values are null, failed calls arrive in their callback as response.failure.",
        );
      case NodeKind.Assertion:
        if (node["assertionKind"] === AssertionKind.NonNull && node["expression"].kind === NodeKind.Call)
          report.warning(
            node.range,
            "'!' ends the whole plugin when this is null. Write `|| \"default\"`, or check with `if (value == null)`.",
          );
        return children(node);
      case NodeKind.This:
        if (depth > 1)
          report.error(
            node.range,
            "a callback has no 'this': use its own parameters, for instance ctx.state.",
          );
        return;
      case NodeKind.Identifier: {
        const problem = captures.problem(node["text"], depth, callee);
        return problem === undefined ? undefined : report.error(node.range, problem);
      }
      default:
        children(node);
    }
  }

  for (const statement of source.statements) visit(statement);
}
