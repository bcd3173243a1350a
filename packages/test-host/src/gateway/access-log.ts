import type { AccessLogConfig, AccessLogSink, LogShape } from "./config.ts";
import { Format } from "../stream/format/format.ts";
import type { Logged } from "../stream/format/operators.ts";

/** Envoy's own format, which a log without one has. */
export const DEFAULT_FORMAT =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
  '%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% ' +
  '%BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" ' +
  '"%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"\n';

type Shape = Format | Shape[] | { [key: string]: Shape } | number | boolean | null;

/** One access log of a listener. */
export class AccessLog {
  readonly sink: AccessLogSink;
  readonly #shape: Shape;
  readonly #isJson: boolean;
  readonly #omit: boolean;

  /** @throws {Error} that names an operator which is not simulated */
  constructor(config: AccessLogConfig) {
    this.sink = config.sink;
    this.#isJson = typeof config.format !== "string";
    this.#omit = config.omitEmptyValues === true;
    this.#shape = compile(config.format);
  }

  /** The line of a request, its end included. */
  line(logged: Logged): string {
    if (this.#shape instanceof Format && !this.#isJson)
      return this.#shape.text(logged, this.#omit ? "" : "-");
    return `${JSON.stringify(fill(this.#shape, logged, this.#omit))}\n`;
  }
}

/** What is wrong with a format: an operator that is not simulated, by its name. */
export function formatProblem(format: LogShape): string | undefined {
  try {
    compile(format);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function compile(shape: LogShape): Shape {
  if (typeof shape === "string") return new Format(shape);
  if (shape === null || typeof shape !== "object") return shape;
  if (Array.isArray(shape)) return shape.map(compile);
  return Object.fromEntries(Object.entries(shape).map(([key, value]) => [key, compile(value)]));
}

/** Keys in the order of the alphabet, as Envoy writes them. */
function fill(shape: Shape, logged: Logged, omit: boolean): unknown {
  if (shape instanceof Format) return shape.value(logged, omit ? "" : "-");
  if (shape === null || typeof shape !== "object") return shape;
  if (Array.isArray(shape)) return shape.map((item) => fill(item, logged, omit));
  const keys = Object.keys(shape).toSorted();
  const filled = keys.map((key) => [key, fill(shape[key]!, logged, omit)] as const);
  return Object.fromEntries(filled.filter(([, value]) => !omit || value !== null));
}
