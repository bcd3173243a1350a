import type { Socket } from "node:net";
import type { DownstreamDoor, DownstreamInfo, Refusal } from "../../gateway/downstream.ts";
import type { Clock, Timer } from "../../services/clock.ts";
import { isHttp2Preface } from "../../services/http2-preface.ts";
import { Exchange, type Wire } from "./exchange.ts";
import { REASONS } from "./reasons.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { RequestHead } from "./request-head.ts";
import { RequestParser, type ParsedPart, type ParserLimits } from "./request-parser.ts";
import { ConnectionTimers, type ConnectionTimes } from "./timers.ts";
import { startOf } from "./response-encoder.ts";

/** Bytes of further requests that are read ahead of the one being answered. */
const READ_AHEAD_BYTES = 64 * 1024;

export interface ConnectionSettings extends ParserLimits, ConnectionTimes {
  /** 0: no limit. */
  maxRequests: number;
  /** How long a client may go on sending after a response that ends the connection. */
  delayedCloseMs: number;
  enableTrailers: boolean;
  /** Gives the socket away when it begins with the preface of HTTP/2; undefined: that is not spoken. */
  handOver: (() => void) | undefined;
}

/** A client's HTTP/1.1 connection: requests one after the other, pipelined ones held back until it is their turn. */
export class Http1Connection implements Wire {
  readonly #socket: Socket;
  readonly #door: DownstreamDoor;
  readonly #listener: string;
  readonly #settings: ConnectionSettings;
  readonly #clock: Clock;
  readonly #parser: RequestParser;
  readonly #info: DownstreamInfo;
  #exchange: Exchange | undefined;
  #reading = false;
  /** No request is read any more. */
  #closing = false;
  #closeTimer: Timer | undefined;
  #corked = false;
  #requests = 0;
  readonly #timers: ConnectionTimers;

  constructor(
    socket: Socket,
    door: DownstreamDoor,
    listener: string,
    settings: ConnectionSettings,
    clock: Clock,
  ) {
    this.#socket = socket;
    this.#door = door;
    this.#listener = listener;
    this.#settings = settings;
    this.#clock = clock;
    this.#parser = new RequestParser(settings);
    this.#timers = new ConnectionTimers(
      clock,
      settings,
      () => this.#close(true),
      () => this.#answer({ status: 408, details: "request_header_timeout", body: "request header timeout" }),
    );
    this.#timers.idle(false);
    this.#info = {
      remote: { address: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 },
      local: { address: socket.localAddress ?? "", port: socket.localPort ?? 0 },
      protocol: "HTTP/1.1",
      scheme: "http",
    };
    socket.setNoDelay(true);
    socket.on("data", (bytes: Buffer) => this.#receive(bytes));
    socket.on("drain", () => this.#exchange?.stream?.pauseResponse(false));
    socket.on("end", () => this.#left());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#left());
  }

  get isIdle(): boolean {
    return this.#exchange === undefined;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  write(bytes: Uint8Array): void {
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    if (!this.#socket.write(bytes)) this.#exchange?.stream?.pauseResponse(true);
  }

  responded(closes: boolean): void {
    const wasWhole = this.#exchange?.requestEnded === true;
    this.#exchange = undefined;
    if (closes || !wasWhole) this.#close(wasWhole);
    else {
      this.#timers.idle(true);
      this.#read();
    }
  }

  requestWanted(): void {
    this.#read();
  }

  cut(): void {
    this.#exchange = undefined;
    this.#closing = true;
    this.#socket.end();
  }

  #receive(bytes: Buffer): void {
    if (this.#closing) return;
    if (
      this.#settings.handOver !== undefined &&
      this.#requests === 0 &&
      this.#parser.waiting === 0 &&
      isHttp2Preface(bytes)
    )
      return this.#handOver(bytes);
    this.#parser.push(bytes);
    this.#read();
  }

  /** It is HTTP/2. */
  #handOver(bytes: Buffer): void {
    const socket = this.#socket;
    this.#closing = true;
    this.#timers.busy();
    for (const event of ["data", "drain", "end", "error"]) socket.removeAllListeners(event);
    socket.pause();
    socket.unshift(bytes);
    this.#settings.handOver?.();
  }

  #read(): void {
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (!this.#closing && this.#mayRead) {
        const part = this.#parser.next();
        if (part === undefined) break;
        this.#take(part);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#refuse(error);
    } finally {
      this.#reading = false;
    }
    this.#timers.head(this.#exchange !== undefined || !this.#parser.isInHead);
    if (this.#parser.waiting > READ_AHEAD_BYTES) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Pipelined requests wait for their turn, and a body for whoever is to read it. */
  get #mayRead(): boolean {
    const exchange = this.#exchange;
    return exchange === undefined || (!exchange.requestEnded && exchange.stream?.wantsMore !== false);
  }

  #take(part: ParsedPart): void {
    const exchange = this.#exchange;
    if (part.kind === "head") {
      if (part.head.expectsContinue) this.write(startOf(100, []));
      this.#start(part.head);
    } else if (part.kind === "data") {
      const { buffer, byteOffset, length } = part.bytes;
      exchange?.stream?.write(new Uint8Array(buffer, byteOffset, length), false);
    } else if (exchange !== undefined && !exchange.requestEnded) {
      exchange.requestEnded = true;
      if (part.trailers.length > 0 && this.#settings.enableTrailers)
        exchange.stream?.writeTrailers(part.trailers);
      else exchange.stream?.write(new Uint8Array(), true);
    }
  }

  #start(head: RequestHead): void {
    this.#timers.busy();
    this.#requests++;
    const isLast = this.#settings.maxRequests > 0 && this.#requests >= this.#settings.maxRequests;
    const answered = isLast ? { ...head, closes: true } : head;
    const exchange = new Exchange(this, answered, this.#settings.enableTrailers);
    this.#exchange = exchange;
    const endStream = head.body === "none";
    exchange.requestEnded = endStream;
    // The parser reports the end of a request without a body, too; it has been told already.
    if (endStream) this.#parser.next();
    const info = head.isOld ? { ...this.#info, protocol: "HTTP/1.0" as const } : this.#info;
    exchange.stream = this.#door.handle(this.#listener, head.headers, endStream, exchange, info);
  }

  #refuse({ status, details }: ProtocolError): void {
    this.#answer({ status, details, body: REASONS[status] ?? "", flags: "DPE" });
  }

  /** For a request that cannot be read. */
  #answer(refusal: Refusal): void {
    this.#closing = true;
    if (this.#exchange?.stream !== undefined) {
      this.#exchange.stream.refuse(refusal);
      return;
    }
    const exchange = new Exchange(this, { isHead: false, isOld: false, closes: true }, false);
    this.#exchange = exchange;
    exchange.stream = this.#door.handle(this.#listener, [], false, exchange, { ...this.#info, refusal });
  }

  /** After what was written; a client that is still sending gets a while to read the response before its bytes are refused. */
  #close(wasWhole: boolean): void {
    this.#closing = true;
    if (wasWhole || this.#settings.delayedCloseMs === 0) {
      this.#socket.end();
      return;
    }
    this.#socket.resume();
    this.#closeTimer = this.#clock.after(this.#settings.delayedCloseMs, () =>
      this.#socket.end(() => this.#socket.destroy()),
    );
  }

  #left(): void {
    this.#closing = true;
    this.#timers.busy();
    this.#closeTimer?.cancel();
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.stream?.disconnect();
  }
}
