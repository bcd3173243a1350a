import type { Staged } from "./bootstrap.ts";

export interface LogEntry {
  /** As a gateway writes it, from the level on: `info wasm log …`. */
  readonly line: string;
  /** Which VMs spoke: the one that serves, or one of those that only start. */
  readonly thread: "worker" | "main";
}

/** A gateway that serves scenarios. */
export interface Engine {
  port(id: string): number;
  log(id: string): readonly LogEntry[];
  /** One line a finished request: status, details, flags. */
  access(id: string): readonly string[];
  /** Codes of what this repository's gateway reports in place of imitating it. Envoy reports none. */
  faults(id: string): readonly string[];
  /** Resolves when the gateway has read what had been sent to it before; at once when it is dead. */
  turn(): Promise<void>;
  isAlive(): boolean;
  stop(): Promise<void>;
}

/** Rejects with `StartFailure` when the configuration is refused. */
export type StartEngine = (staged: readonly Staged[], folder: string) => Promise<Engine>;

export class StartFailure extends Error {
  /** What the gateway logged, line by line; `exit` or `crash` is how an Envoy ended. */
  readonly log: readonly string[];
  readonly end: "exit" | "crash";

  constructor(message: string, log: readonly string[], end: "exit" | "crash") {
    super(message);
    this.log = log;
    this.end = end;
  }
}
