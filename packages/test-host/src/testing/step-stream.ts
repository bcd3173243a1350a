import type { Header } from "../services/upstream/upstream.ts";
import type { HttpStream } from "../stream/http-stream.ts";
import { formatTrace } from "../trace/format.ts";
import type { CallbackStep, RequestTrace, TraceEffect } from "../trace/trace.ts";
import type { ManualRequest, ManualServices } from "./manual-services.ts";
import type { TestGateway } from "./test-gateway.ts";

/** One request that a test moves on by hand, with its upstream. */
export class StepStream {
  readonly trace: RequestTrace;
  readonly stream: HttpStream;
  readonly #upstream: ManualServices;
  readonly #received: Uint8Array[] = [];

  constructor(
    gateway: TestGateway,
    upstream: ManualServices,
    headers: Header[],
    endOfStream: boolean,
    properties: ReadonlyMap<string, Uint8Array>,
  ) {
    this.#upstream = upstream;
    const ignore = () => undefined;
    const events = {
      onHeaders: ignore,
      onData: (chunk: Uint8Array) => void this.#received.push(chunk),
      onTrailers: ignore,
      onReset: ignore,
    };
    const { stream, trace } = gateway.open(headers, endOfStream, events, { properties });
    this.stream = stream;
    this.trace = trace;
  }

  get ended(): boolean {
    return this.trace.end !== undefined;
  }

  /** What the upstream got. */
  get forwarded(): ManualRequest | undefined {
    return this.#upstream.requests[0];
  }

  /** The upstream's side, to answer with. */
  respond(): ManualRequest["events"] {
    const request = this.#upstream.requests[0];
    if (request === undefined) {
      throw new Error(
        `The request has not reached the upstream, so there is no response to pass on:\n${formatTrace(this.trace)}`,
      );
    }
    return request.events;
  }

  /** The bytes of a body that have left the plugins, and those that they hold. */
  body(side: "request" | "response"): Uint8Array {
    const gone = side === "request" ? (this.forwarded?.body ?? []) : this.#received;
    const held = this.stream[side].buffered?.bytes() ?? new Uint8Array();
    return Buffer.concat([...gone, held]);
  }

  effects<K extends TraceEffect["kind"]>(kind: K): Extract<TraceEffect, { kind: K }>[] {
    return this.#callbacks()
      .flatMap(({ effects }) => effects)
      .filter((effect): effect is Extract<TraceEffect, { kind: K }> => effect.kind === kind);
  }

  /** The last status that a stream callback returned; Continue (0) once what it held has been let go. */
  get action(): number {
    const last = this.trace.steps.findLast(
      (step) => step.kind === "resumed" || (step.kind === "callback" && step.status !== undefined),
    );
    return last?.kind === "callback" ? (last.returned ?? 0) : 0;
  }

  #callbacks(): CallbackStep[] {
    return this.trace.steps.filter((step) => step.kind === "callback");
  }
}
