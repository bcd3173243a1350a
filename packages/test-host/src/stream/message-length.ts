import type { HeaderMap } from "./header-map.ts";

export interface Admitted {
  /** What may go on the wire: nothing beyond content-length. */
  bytes: Uint8Array;
  /** Set once, when the body does not fit: `is 9 bytes long, its content-length says 5`. */
  fault?: string;
  /** The message ends with fewer bytes than announced. */
  short?: boolean;
}

/** Compares a body with the content-length it goes out with. Gateways do not, and never correct it. */
export class MessageLength {
  readonly #announced: number | undefined;
  #sent = 0;
  #reported = false;

  constructor(headers: HeaderMap, bodiless: boolean) {
    const text = headers.get("content-length");
    this.#announced = bodiless || text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
  }

  admit(bytes: Uint8Array, endStream: boolean): Admitted {
    const room = (this.#announced ?? Infinity) - this.#sent;
    this.#sent += bytes.length;
    if (this.#announced === undefined) return { bytes };
    const short = endStream && this.#sent < this.#announced;
    const long = this.#sent > this.#announced;
    if (!short && !long) return { bytes };
    const admitted: Admitted = { bytes: bytes.subarray(0, Math.max(0, room)), short };
    if (!this.#reported) {
      const length = endStream ? `is ${this.#sent}` : `is at least ${this.#sent}`;
      admitted.fault = `${length} bytes long, its content-length says ${this.#announced}`;
    }
    this.#reported = true;
    return admitted;
  }
}

/** Why a message head promises a body that cannot follow it; undefined when it does not. */
export function brokenFraming(headers: HeaderMap, endStream: boolean): string | undefined {
  const length = headers.get("content-length");
  if (length !== undefined && !/^\d+$/.test(length)) return `content-length "${length}" is not a number`;
  if (!endStream) return undefined;
  if (Number(length ?? 0) > 0) return `content-length ${length} announces a body, and there is none`;
  if (!/chunked/i.test(headers.get("transfer-encoding") ?? "")) return undefined;
  return "transfer-encoding announces a body, and there is none";
}
