import { expect } from "vitest";
import type { LogLevel } from "../gateway/observe.ts";
import { gatewayOf, isLine } from "../testing/traced.ts";
import { TestGateway } from "../testing/test-gateway.ts";
import type { HeaderChange, HttpCallEffect, MessageSide, RequestTrace, TraceEffect } from "../trace/trace.ts";
import type { ExpectedCall, ExpectedLocalResponse, HeaderEdits, Matching } from "./matcher-types.ts";
import { effectsOf, headersOf, tracesOf } from "./subject.ts";

interface Verdict {
  pass: boolean;
  message: () => string;
}

interface Helpers {
  isNot: boolean;
  equals(actual: unknown, wanted: unknown): boolean;
}

/** `to have a header`, with what there is instead. */
function verdict({ isNot }: Helpers, pass: boolean, claim: string, found: string): Verdict {
  return {
    pass,
    message: () => `expected ${isNot ? "not " : ""}${claim}${found === "" ? "" : `; ${found}`}`,
  };
}

function fits(helpers: Helpers, actual: string, wanted: unknown): boolean {
  return wanted instanceof RegExp ? wanted.test(actual) : helpers.equals(actual, wanted);
}

/** Every key of `wanted` fits; headers are compared name by name. */
function fitsPart(helpers: Helpers, actual: object, wanted: object): boolean {
  const values = new Map(Object.entries(actual));
  return Object.entries(wanted).every(([key, value]) => {
    if (key === "headers")
      return fitsHeaders(helpers, values.get(key) as [string, string][], value as object);
    const present: unknown = values.get(key);
    return typeof present === "string" ? fits(helpers, present, value) : helpers.equals(present, value);
  });
}

function fitsHeaders(helpers: Helpers, actual: readonly [string, string][], wanted: object): boolean {
  return Object.entries(wanted).every(([name, value]) =>
    actual.some(
      ([other, present]) => other.toLowerCase() === name.toLowerCase() && fits(helpers, present, value),
    ),
  );
}

function only<K extends TraceEffect["kind"]>(effects: readonly TraceEffect[], kind: K) {
  return effects.filter((effect): effect is Extract<TraceEffect, { kind: K }> => effect.kind === kind);
}

const show = (value: unknown): string => (value instanceof RegExp ? String(value) : JSON.stringify(value));

function list(title: string, items: readonly string[]): string {
  return items.length === 0 ? `no ${title}` : `${title}:${items.map((item) => `\n  ${item}`).join("")}`;
}

function heldSides(trace: RequestTrace): Set<MessageSide> {
  const held = new Set<MessageSide>();
  for (const step of trace.steps) {
    if (step.kind === "callback" && step.holds !== undefined) held.add(step.holds);
    if (step.kind === "resumed") held.delete(step.side);
  }
  return trace.end === undefined ? held : new Set();
}

function everHeld(trace: RequestTrace): Set<MessageSide> {
  return new Set(trace.steps.flatMap((step) => (step.kind === "callback" ? (step.holds ?? []) : [])));
}

function holding(helpers: Helpers, sides: Set<MessageSide>, claim: string, side?: MessageSide): Verdict {
  const pass = side === undefined ? sides.size > 0 : sides.has(side);
  const found = sides.size === 0 ? "nothing is" : `held: ${[...sides].join(", ")}`;
  return verdict(helpers, pass, `the ${side ?? "request or response"} ${claim}`, found);
}

/** The last values that plugins gave to a header of a map. */
function lastEdits(effects: readonly TraceEffect[], map: string): Map<string, HeaderChange> {
  const changes = only(effects, "headers").filter((effect) => effect.map === map);
  return new Map(changes.flatMap((effect) => effect.changes).map((change) => [change.name, change]));
}

function describeCall({ cluster, method, path }: HttpCallEffect): string {
  return `${cluster}: ${method} ${path}`;
}

const matchers = {
  toHaveHeader(this: Helpers, received: unknown, name: string, value?: Matching): Verdict {
    const headers = headersOf(received);
    const key = name.toLowerCase();
    const values = headers.filter(([other]) => other === key).map(([, text]) => text);
    const pass = value === undefined ? values.length > 0 : values.some((text) => fits(this, text, value));
    const claim = `a header ${name}${value === undefined ? "" : `: ${show(value)}`}`;
    const found =
      values.length > 0
        ? `it is ${values.map(show).join(", ")}`
        : list(
            "headers",
            headers.map(([other, text]) => `${other}: ${text}`),
          );
    return verdict(this, pass, claim, found);
  },

  toBeHeld(this: Helpers, received: unknown, side?: MessageSide): Verdict {
    return holding(
      this,
      new Set(tracesOf(received).flatMap((trace) => [...heldSides(trace)])),
      "to be held",
      side,
    );
  },

  toHaveBeenHeld(this: Helpers, received: unknown, side?: MessageSide): Verdict {
    const sides = new Set(tracesOf(received).flatMap((trace) => [...everHeld(trace)]));
    return holding(this, sides, "to have been held", side);
  },

  toHaveSentLocalResponse(this: Helpers, received: unknown, wanted: ExpectedLocalResponse = {}): Verdict {
    const sent = only(effectsOf(received), "local-response");
    const pass = sent.some((response) => fitsPart(this, response, wanted));
    const found = list(
      "local responses",
      sent.map(({ kind: _, ...response }) => show(response)),
    );
    return verdict(this, pass, `a local response ${show(wanted)}`, found);
  },

  toHaveEditedHeaders(this: Helpers, received: unknown, map: string, wanted: HeaderEdits): Verdict {
    const edits = lastEdits(effectsOf(received), map.includes(" ") ? map : `${map} headers`);
    const pass = Object.entries(wanted).every(([name, value]) => {
      const change = edits.get(name.toLowerCase());
      if (change === undefined) return false;
      if (value === null) return change.after.length === 0;
      return Array.isArray(value)
        ? this.equals(change.after, value)
        : change.after.some((text) => fits(this, text, value));
    });
    const found = list(
      "edits",
      [...edits.values()].map((edit) => `${edit.name}: ${show(edit.before)} -> ${show(edit.after)}`),
    );
    return verdict(this, pass, `edits of ${map}: ${show(wanted)}`, found);
  },

  toHaveCalled(this: Helpers, received: unknown, cluster: string, wanted: ExpectedCall = {}): Verdict {
    const calls = only(effectsOf(received), "http-call");
    const { status, ...request } = wanted;
    const pass = calls.some(
      (call) =>
        call.cluster === cluster &&
        fitsPart(this, call, request) &&
        (status === undefined || call.answer?.status === status),
    );
    const found = list(
      "calls",
      calls.map((call) => `${describeCall(call)} -> ${call.answer?.status ?? "no answer"}`),
    );
    return verdict(this, pass, `a call to ${cluster} ${show(wanted)}`, found);
  },

  toHaveSentRedisCommand(this: Helpers, received: unknown, ...words: Matching[]): Verdict {
    const sent = only(effectsOf(received), "redis-call").map(({ command }) => command);
    const pass = sent.some(
      (command) =>
        command.length === words.length &&
        words.every((word, index) => {
          const present = command[index] ?? "";
          const isName = index === 0 && typeof word === "string";
          return isName ? present.toLowerCase() === word.toLowerCase() : fits(this, present, word);
        }),
    );
    return verdict(this, pass, `the Redis command ${show(words)}`, list("commands", sent.map(show)));
  },

  toHaveLogged(this: Helpers, received: unknown, text: string | RegExp, level?: LogLevel): Verdict {
    const gateway = received instanceof TestGateway ? received : gatewayOf(tracesOf(received)[0]!);
    const lines = received instanceof TestGateway ? received.log : only(effectsOf(received), "log");
    const pass = lines.some((line) => isLine(line, text, level));
    if (pass && !this.isNot) gateway?.expectLog(text, level);
    const found = list(
      "log lines",
      lines.map((line) => `${line.level}: ${line.message}`),
    );
    return verdict(
      this,
      pass,
      `a log line with ${show(text)}${level === undefined ? "" : ` at ${level}`}`,
      found,
    );
  },

  toHaveTrapped(this: Helpers, received: unknown, text: string | RegExp = ""): Verdict {
    if (!(received instanceof TestGateway)) throw new TypeError("toHaveTrapped is about a gateway.");
    const traps = received.faults.filter(({ code }) => code === "trap").map(({ message }) => message);
    const pass = traps.some((message) =>
      typeof text === "string" ? message.includes(text) : text.test(message),
    );
    if (pass && !this.isNot) received.takeFault("trap");
    return verdict(this, pass, `a trap${text === "" ? "" : ` with ${show(text)}`}`, list("traps", traps));
  },

  toHaveMetric(this: Helpers, received: unknown, name: string, value?: number): Verdict {
    if (!(received instanceof TestGateway)) throw new TypeError("toHaveMetric is about a gateway.");
    const { metrics } = received;
    const present = metrics[`wasmcustom.${name}`] ?? metrics[name];
    const pass = value === undefined ? present !== undefined : this.equals(present, value);
    const found = list(
      "metrics",
      Object.entries(metrics).map(([key, number]) => `${key}: ${number}`),
    );
    return verdict(this, pass, `a metric ${name}${value === undefined ? "" : ` of ${show(value)}`}`, found);
  },
};

expect.extend(matchers);
