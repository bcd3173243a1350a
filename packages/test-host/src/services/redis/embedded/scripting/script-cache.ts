import { createHash } from "node:crypto";
import type { Clock } from "../../../clock.ts";
import { VirtualClock } from "../../../virtual-clock.ts";
import type { CommandContext } from "../command.ts";
import { dispatch, scriptRefusal } from "../dispatch.ts";
import { isErrorReply, type Reply } from "../reply.ts";
import { LuaMachine } from "./lua-machine.ts";
import { PRELUDE } from "./prelude.ts";

/** Where the prelude leaves its functions. */
const COMPILE = 1;
const RUN = 2;

/**
 * The scripts a server knows by digest, and the one Lua engine that runs them: started by the first script, a promise
 * until it is up, synchronous and so atomic from then on.
 */
export class ScriptCache {
  readonly #clock: Clock;
  readonly #sources = new Map<string, string>();
  #starting: Promise<LuaMachine> | undefined;
  #machine: LuaMachine | undefined;
  /** Whose script is running. */
  #caller: CommandContext | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  has(digest: string): boolean {
    return this.#sources.has(digest);
  }

  clear(): void {
    this.#sources.clear();
  }

  /** Compiles and keeps a script; answers its digest. */
  load(source: string): Reply | Promise<Reply> {
    return this.#whenUp((machine) => this.#compile(machine, source) ?? sha1(source));
  }

  /** Compiles, keeps and runs a script. */
  evaluate(source: string, keys: string[], args: string[], context: CommandContext): Reply | Promise<Reply> {
    return this.#whenUp((machine) => {
      const digest = sha1(source);
      const problem = this.has(digest) ? undefined : this.#compile(machine, source);
      return problem ?? this.#run(machine, digest, keys, args, context);
    });
  }

  /** Runs a script that is kept. */
  run(digest: string, keys: string[], args: string[], context: CommandContext): Reply | Promise<Reply> {
    return this.#whenUp((machine) => this.#run(machine, digest, keys, args, context));
  }

  #whenUp(use: (machine: LuaMachine) => Reply): Reply | Promise<Reply> {
    if (this.#machine !== undefined) return use(this.#machine);
    this.#starting ??= this.#start();
    return this.#starting.then(use);
  }

  async #start(): Promise<LuaMachine> {
    const starting = LuaMachine.start();
    if (this.#clock instanceof VirtualClock) this.#clock.track(starting);
    const machine = await starting;
    machine.loadPrelude(PRELUDE, [(args) => this.#call(args), ([text = ""]) => sha1(text)]);
    this.#machine = machine;
    return machine;
  }

  #compile(machine: LuaMachine, source: string): Reply | undefined {
    const digest = sha1(source);
    const result = machine.call(COMPILE, [digest, source]);
    if (isErrorReply(result)) return result;
    this.#sources.set(digest, source);
    return undefined;
  }

  #run(machine: LuaMachine, digest: string, keys: string[], args: string[], context: CommandContext): Reply {
    this.#caller = scriptContext(context);
    try {
      return machine.call(RUN, [digest, String(keys.length), ...keys, ...args]);
    } finally {
      this.#caller = undefined;
    }
  }

  /** `redis.call` and `redis.pcall`. */
  #call(args: string[]): Reply {
    const refusal = scriptRefusal(args);
    if (refusal !== undefined) return { error: refusal };
    // Only commands that scripts may not run answer with a promise.
    return dispatch(args, this.#caller as CommandContext) as Reply;
  }
}

/** A script has a session of its own: what it selects ends with it. */
function scriptContext({ server, session }: CommandContext): CommandContext {
  const own = { ...session };
  return {
    server,
    session: own,
    get db() {
      return server.databases[own.database] as CommandContext["db"];
    },
  };
}

function sha1(text: string): string {
  return createHash("sha1").update(text, "latin1").digest("hex");
}
