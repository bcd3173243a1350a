import { connect } from "node:net";
import type { WireCase } from "./wire-case.ts";

export interface Conversation {
  /** Every byte that came back, as latin1. */
  readonly received: string;
  /** The gateway closed, or reset, the connection. */
  readonly closed: boolean;
}

const TIME_LIMIT_MS = 5_000;

/** Plays a case's client: sends, waits for what it waits for, and reads until the gateway closes. */
export function converse(port: number, { send, timeLimit = TIME_LIMIT_MS }: WireCase): Promise<Conversation> {
  const steps = (typeof send === "string" ? [send] : [...send]).map((step) =>
    typeof step === "string" ? { after: /^/, send: step } : step,
  );
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect(port, "127.0.0.1");
    socket.setNoDelay(true);
    const finish = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ received, closed });
    };
    const proceed = (): void => {
      while (steps[0]?.after.test(received) === true) {
        const step = steps.shift()!;
        if (step.send !== undefined) socket.write(Buffer.from(step.send, "latin1"));
        if (step.abort === true) return finish(false);
      }
    };
    const timer = setTimeout(() => finish(false), timeLimit);
    socket.on("connect", proceed);
    socket.on("data", (data: Buffer) => {
      received += data.toString("latin1");
      proceed();
    });
    socket.on("end", () => finish(true));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNRESET" || error.code === "EPIPE") return finish(true);
      clearTimeout(timer);
      reject(error);
    });
  });
}
