import { formatEffect, quoted } from "./format-effect.ts";
import type { CallbackStep, RequestTrace, TraceStep } from "./trace.ts";

/** Colours for a terminal; each wraps a text. Default: none. */
export interface TracePaint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
}

const PLAIN: TracePaint = { bold: String, dim: String, red: String };

/**
 * A request's trace for people: a line for the request, one for every step, one for everything that a plugin did in
 * it. No newline at the end.
 */
export function formatTrace(trace: RequestTrace, paint: TracePaint = PLAIN): string {
  const steps = trace.steps.flatMap((step) => [
    `  ${paint.dim(milliseconds(step.atMs).padStart(9))}  ${formatStep(step, paint)}`,
    ...(step.kind === "callback"
      ? step.effects.map((effect) => `${" ".repeat(15)}${formatEffect(effect)}`)
      : []),
  ]);
  return [paint.bold(heading(trace)), ...steps].join("\n");
}

/** Real milliseconds that plugins took for the request. */
export function guestMs(trace: RequestTrace): number {
  return trace.steps.reduce((sum, step) => sum + (step.kind === "callback" ? step.guestMs : 0), 0);
}

function heading(trace: RequestTrace): string {
  const { end } = trace;
  const guest = `${milliseconds(guestMs(trace))} in plugins`;
  const outcome =
    end === undefined
      ? "under way"
      : `${end.status === 0 ? "no response" : end.status} (${end.details || "-"}) after ${milliseconds(end.durationMs)}`;
  return `#${trace.id} ${trace.method} ${trace.authority}${trace.path}: ${outcome}, ${guest}`;
}

function formatStep(step: TraceStep, paint: TracePaint): string {
  switch (step.kind) {
    case "callback":
      return formatCallback(step, paint);
    case "resumed":
      return `${step.plugin} lets the ${step.side} go, held for ${milliseconds(step.heldMs)}`;
    case "upstream-request":
      return `to upstream ${step.cluster} (${step.address}): ${step.method} ${step.path}`;
    case "upstream-response":
      return `from upstream: ${step.status}`;
    case "upstream-reset":
      return paint.red(`upstream failed: ${step.reason}`);
    case "gateway-reply":
      return `gateway answers ${step.status} (${step.details || "-"})${step.body === "" ? "" : ` ${quoted(step.body)}`}`;
    case "response":
      return `to client: ${step.status}`;
    case "fault":
      return paint.red(`fault ${step.code}: ${step.message}`);
  }
}

function formatCallback(step: CallbackStep, paint: TracePaint): string {
  const result = step.status ?? step.returned;
  const parts = [
    `${paint.bold(step.plugin)} ${step.callback}(${step.args.join(", ")})`,
    ...(result === undefined ? [] : [`-> ${result}`]),
    ...(step.holds === undefined ? [] : [`, holds the ${step.holds}`]),
    ` ${paint.dim(milliseconds(step.guestMs))}`,
    ...(step.trapped === undefined ? [] : [`\n${" ".repeat(15)}${paint.red(indented(step.trapped))}`]),
  ];
  return parts.join(" ").replaceAll(" ,", ",");
}

function indented(text: string): string {
  return text.replaceAll("\n", `\n${" ".repeat(15)}`);
}

function milliseconds(ms: number): string {
  return `${ms >= 100 ? ms.toFixed(0) : ms >= 1 ? ms.toFixed(1) : ms.toFixed(2)} ms`;
}
