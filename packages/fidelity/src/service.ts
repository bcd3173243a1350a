import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type Http1Message, parseMessages } from "@gateway-plugins/e2e/http1";
import type { Response, Service } from "./scenario.ts";
import { chunk, head, lastChunk, quiet, sending, settled, type Progress } from "./wire.ts";

/** What an upstream has received: whole requests, and what was left behind them on each connection. */
export interface ServiceView {
  readonly requests: readonly Http1Message[];
  readonly rests: readonly string[];
}

export interface RunningService {
  /** Null: a cluster without a host. */
  readonly address: string | null;
  view(): ServiceView;
  /** Forgets what was received. */
  forget(): void;
  /** Whose chunks wait for whom. */
  progress: Progress | undefined;
  /** Answers callouts, not requests. */
  isAside: boolean;
  close(): Promise<void>;
}

/** Nobody listens there, and no port that is given out freely is it. */
const NOBODY = "127.0.0.1:1";
const HEAD_END = "\r\n\r\n";

export async function startService(service: Service, isAside: boolean): Promise<RunningService> {
  const sockets = new Set<Socket>();
  const requests: Http1Message[] = [];
  const rests: { text: string }[] = [];
  let answered = 0;
  const running: RunningService = {
    address: null,
    view: () => ({
      requests: [...requests],
      rests: rests.map(({ text }) => text).filter((text) => text !== ""),
    }),
    forget() {
      requests.length = 0;
      rests.length = 0;
      answered = 0;
    },
    progress: undefined,
    isAside,
    close: async () => {},
  };
  if (service === "none") return running;
  if (service === "refused") return Object.assign(running, { address: NOBODY });
  const nextAnswer = (): Response => service[Math.min(answered++, service.length - 1)] ?? {};

  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    const rest = { text: "" };
    rests.push(rest);
    let unread = Buffer.alloc(0);
    let early: Response | undefined;
    socket.on("data", (data: Buffer) => {
      if (running.progress !== undefined) running.progress.received++;
      unread = Buffer.concat([unread, data]);
      let parsed;
      try {
        parsed = parseMessages(unread);
      } catch {
        rest.text = unread.toString("latin1");
        return;
      }
      for (const message of parsed.messages) {
        requests.push(message);
        const answer = early ?? nextAnswer();
        if (early === undefined) void reply(socket, message, answer, running);
        early = undefined;
      }
      unread = Buffer.from(parsed.rest);
      rest.text = unread.toString("latin1");
      const isEarly = service[Math.min(answered, service.length - 1)]?.early;
      if (isEarly && early === undefined && rest.text.includes(HEAD_END)) {
        early = nextAnswer();
        const [startLine = ""] = rest.text.split("\r\n", 1);
        void reply(socket, { startLine, headers: [], body: Buffer.alloc(0), trailers: [] }, early, running);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  };
  return Object.assign(running, { address, close });
}

async function reply(
  socket: Socket,
  request: Http1Message,
  response: Response,
  { progress, isAside }: RunningService,
): Promise<void> {
  if (!isAside) return sending(progress, () => write(socket, request, response, progress));
  if (progress) {
    progress.asides++;
    await settled(progress);
  }
  await write(socket, request, response, progress);
  if (progress) progress.asides--;
}

async function write(
  socket: Socket,
  request: Http1Message,
  response: Response,
  progress: Progress | undefined,
): Promise<void> {
  const { status = 200, headers = [], body = "upstream", trailers, cut } = response;
  const put = (text: string): void => {
    if (!socket.destroyed) socket.write(text, "latin1");
  };
  if (response.silent) return;
  if (response.raw !== undefined) put(response.raw);
  if (cut === "before") return void socket.end();
  const isBodiless = request.startLine.startsWith("HEAD ") || status === 204 || status === 304;
  const line = `HTTP/1.1 ${status} Scripted`;
  const isFramed = headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
  if (typeof body === "string") {
    const length: (readonly [string, string])[] =
      isFramed || (isBodiless && status !== 200) ? [] : [["content-length", String(body.length)]];
    put(head(line, [...headers, ...length]) + (isBodiless ? "" : body));
    if (cut !== undefined) socket.end();
    return;
  }
  put(head(line, [...headers, ["transfer-encoding", "chunked"]]));
  if (cut === "after-head") return void socket.end();
  for (const [index, part] of body.entries()) {
    if (progress) await quiet(progress);
    if (cut === index) return void socket.end();
    put(chunk(part));
  }
  if (progress) await quiet(progress);
  put(lastChunk(trailers));
}
