import type { Socket } from "node:net";
import type { CommandContext, ServerState, Session } from "./command.ts";
import { dispatch } from "./dispatch.ts";
import { encodeReply, type Reply } from "./reply.ts";
import { RequestReader } from "./request-reader.ts";

/** Serves one client: its commands in order, one answer each, a script's before the next command begins. */
export function serveConnection(socket: Socket, server: ServerState, log: (args: string[]) => void): void {
  const reader = new RequestReader();
  const session: Session = {
    database: 0,
    authenticated: server.users.get("default") === null,
    name: "",
    closing: false,
  };
  const context: CommandContext = {
    server,
    session,
    get db() {
      return server.databases[session.database] as CommandContext["db"];
    },
  };
  let last: Promise<void> | undefined;

  const answer = (reply: Reply): void => {
    if (socket.destroyed) return;
    socket.write(encodeReply(reply), "latin1");
    if (session.closing) socket.end();
  };
  const run = (args: string[]): void | Promise<void> => {
    if (session.closing || socket.destroyed) return;
    log(args);
    const reply = dispatch(args, context);
    return reply instanceof Promise ? reply.then(answer) : answer(reply);
  };
  const inOrder = (step: () => void | Promise<void>): void => {
    const pending = last === undefined ? step() : last.then(step);
    if (pending === undefined) return;
    const done = pending
      .catch(() => void socket.destroy())
      .then(() => {
        if (last === done) last = undefined;
      });
    last = done;
  };

  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    const { commands, problem } = reader.push(chunk);
    for (const args of commands) inOrder(() => run(args));
    if (problem === undefined) return;
    inOrder(() => {
      session.closing = true;
      answer({ error: problem });
    });
  });
}
