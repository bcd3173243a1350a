import type { FaultCode } from "../gateway/error-codes.ts";
import type { Fault, LogLine } from "../gateway/observe.ts";
import type { CallbackStep, RequestTrace, TraceStep } from "../trace/trace.ts";

/** What an inspection looks at. */
export interface Inspected {
  readonly log: readonly LogLine[];
  readonly traces: readonly RequestTrace[];
  readonly backgroundTrace: readonly TraceStep[];
  readonly memoryPages: number;
}

/** Requests until memory is watched: a plugin may warm up over the first half of them. */
const ENOUGH_REQUESTS = 200;

/**
 * What is wrong with a gateway at the end of a test though nothing broke: requests and callouts that are still under
 * way, error lines that nobody looked at, memory that goes on growing. Each is found once.
 */
export class Inspection {
  readonly #gateway: Inspected;
  readonly #told = new Set<unknown>();
  readonly #pages: number[] = [];

  constructor(gateway: Inspected) {
    this.#gateway = gateway;
  }

  /** The test knows of it. */
  expected(what: LogLine): void {
    this.#told.add(what);
  }

  requestEnded(): void {
    this.#pages.push(this.#gateway.memoryPages);
  }

  /** @param code find only these */
  find(code?: FaultCode): Fault[] {
    const findings = [...this.#callouts(), ...this.#requests(), ...this.#errorLines(), ...this.#memory()];
    return findings
      .filter(({ subject, fault }) => (code ?? fault.code) === fault.code && !this.#told.has(subject))
      .map(({ subject, fault }) => {
        this.#told.add(subject);
        return fault;
      });
  }

  #callouts(): Finding[] {
    const { traces, backgroundTrace } = this.#gateway;
    return [...traces.flatMap(({ steps }) => steps), ...backgroundTrace]
      .filter((step): step is TraceStep & CallbackStep => step.kind === "callback")
      .flatMap((step) => step.effects.filter(isUnanswered).map((call) => ({ call, step })))
      .map(({ call, step }) => {
        const what = call.kind === "http-call" ? `${call.method} ${call.path}` : call.command.join(" ");
        const message = `${what} to ${call.cluster} has no answer; with virtual time, gateway.advance(ms) lets time pass`;
        return finding(call, "callout-unanswered", message, step.plugin);
      });
  }

  /** Those that wait for a callout are told as that callout. */
  #requests(): Finding[] {
    return this.#gateway.traces
      .filter((trace) => trace.end === undefined && !waitsForCallout(trace))
      .map((trace) => {
        const message = `${trace.method} ${trace.path} has no response yet: await it, or let time pass`;
        return finding(trace, "request-unfinished", message, "");
      });
  }

  #errorLines(): Finding[] {
    return this.#gateway.log
      .filter(({ source, level }) => source === "guest" && (level === "error" || level === "critical"))
      .map((line) => finding(line, "error-log", line.message, line.plugin));
  }

  /** Pages at the end of each eighth of the requests, of the second half: they may not grow every time. */
  #memory(): Finding[] {
    const pages = this.#pages;
    if (pages.length < ENOUGH_REQUESTS) return [];
    const marks = [4, 5, 6, 7, 8].map((eighth) => pages[Math.ceil((pages.length * eighth) / 8) - 1] ?? 0);
    const grows = marks.slice(1).every((mark, index) => mark > (marks[index] ?? 0));
    if (!grows) return [];
    const message = `memory went from ${marks[0]} to ${marks[4]} pages over the last ${Math.floor(pages.length / 2)} requests, and never stopped growing`;
    return [finding(this.#pages, "memory-growing", message, "")];
  }
}

interface Finding {
  subject: unknown;
  fault: Fault;
}

function finding(subject: unknown, code: FaultCode, message: string, plugin: string): Finding {
  return { subject, fault: { code, message, plugin } };
}

type Call = Extract<CallbackStep["effects"][number], { result: number; cluster: string }>;

function isUnanswered(effect: CallbackStep["effects"][number]): effect is Call {
  const isCall = effect.kind === "http-call" || effect.kind === "redis-call";
  return isCall && effect.result === 0 && effect.answer === undefined;
}

function waitsForCallout({ steps }: RequestTrace): boolean {
  return steps.some((step) => step.kind === "callback" && step.effects.some(isUnanswered));
}
