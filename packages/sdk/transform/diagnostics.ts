import * as compiler from "assemblyscript";
import type { Range } from "./compiler.ts";

// oxlint-disable-next-line no-explicit-any -- asc types its internals as ambient declarations of its own dialect
const { DiagnosticMessage, DiagnosticCategory, DiagnosticCode } = compiler as any;

/** An error of the plugin as a whole, or of one place in it. */
export function errorMessage(text: string, range?: Range): unknown {
  return toDiagnostic(DiagnosticCategory.Error, text, range);
}
/** A warning about the plugin as a whole, or one place in it. */
export function warningMessage(text: string, range?: Range): unknown {
  return toDiagnostic(DiagnosticCategory.Warning, text, range);
}
function toDiagnostic(category: number, text: string, range: Range | undefined): unknown {
  const message = DiagnosticMessage.create(DiagnosticCode.User_defined_0, category, text);
  message.message = text;
  return range ? message.withRange(range) : message;
}
