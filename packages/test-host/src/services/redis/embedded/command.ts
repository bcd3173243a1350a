import type { Clock } from "../../clock.ts";
import type { Database } from "./keyspace.ts";
import type { Reply } from "./reply.ts";
import type { ScriptCache } from "./scripting/script-cache.ts";

export const DATABASE_COUNT = 16;

/** What all connections see. */
export interface ServerState {
  readonly clock: Clock;
  readonly databases: readonly Database[];
  readonly scripts: ScriptCache;
  /** Password of each user; null lets anybody in. `default` is who AUTH with one argument means. */
  readonly users: ReadonlyMap<string, string | null>;
}

/** What one connection, or the script it runs, has chosen. */
export interface Session {
  database: number;
  authenticated: boolean;
  name: string;
  /** Set by QUIT: the connection closes after the reply. */
  closing: boolean;
}

export interface CommandContext {
  readonly server: ServerState;
  readonly session: Session;
  /** The selected database. */
  readonly db: Database;
}

export interface Command {
  /** Upper case. */
  name: string;
  /** Arguments with the command's name: exactly so many, or at least, when negative. */
  arity: number;
  /** Not for scripts (`ERR This Redis command is not allowed from script`). */
  noScript?: boolean;
  /** Allowed before AUTH. */
  noAuth?: boolean;
  /** `args` without the command's name. Throws `CommandError`. */
  run(args: string[], context: CommandContext): Reply | Promise<Reply>;
}
