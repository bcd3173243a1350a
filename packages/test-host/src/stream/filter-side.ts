import type { Body } from "./body.ts";
import type { ChainLink, Direction } from "./direction.ts";
import type { StreamFilter } from "./filter.ts";
import {
  DataStatus,
  dataStatus,
  HeadersStatus,
  headersStatus,
  TrailersStatus,
  trailersStatus,
} from "./statuses.ts";

/** One direction of one stream filter: calls the guest, reads its status, and opens and closes its view of the message. */
export class FilterSide implements ChainLink {
  iteration: ChainLink["iteration"] = "continue";
  headersContinued = false;
  iterateFromCurrent = false;
  endStream = false;
  /** The guest may touch this map now. It closes when the message moves on. */
  headersOpen = false;
  trailersOpen = false;
  /** Which callback of this side is on the stack. */
  running: "headers" | "body" | "trailers" | undefined;
  /** The body callback on the stack is the last one. */
  endOfStream = false;
  readonly #filter: StreamFilter;
  readonly #name: "request" | "response";
  /** The data of the body callback on the stack. */
  #current: Body | undefined;
  /** The last status was StopIterationAndBuffer: the guest goes on seeing what is held, from its start. */
  #buffering = false;
  #stale = false;
  #trailersContinued = false;
  #trailersPassed = false;
  /** The callback asked for a local response: its status counts as a pause, and the guest goes on seeing what it saw. */
  #answeredNow = false;

  constructor(filter: StreamFilter, name: "request" | "response") {
    this.#filter = filter;
    this.#name = name;
  }

  get direction(): Direction {
    return this.#name === "request" ? this.#filter.owner.request : this.#filter.owner.response;
  }

  /** The guest holds a body that has gone on without it: Envoy would use freed memory. */
  get bodyIsStale(): boolean {
    return this.#stale && this.running === undefined && !this.#buffering;
  }

  /** The data that the guest sees. */
  get body(): Body | undefined {
    return this.#current ?? (this.#buffering ? this.direction.buffered : undefined);
  }

  onHeaders(endStream: boolean): HeadersStatus {
    const filter = this.#filter;
    if (filter.lost()) return HeadersStatus.Continue;
    if (this.#name === "request") filter.create();
    if (this.#skipped()) return HeadersStatus.Continue;
    this.headersOpen = true;
    const count = this.direction.headers?.count ?? 0;
    const returned = this.#call("headers", () =>
      filter.call(`proxy_on_${this.#name}_headers`, count, Number(endStream)),
    );
    const status = headersStatus(returned, filter.origin.stopsHeadersOnly);
    if (this.#goesOn(status === HeadersStatus.Continue)) {
      this.headersOpen = false;
      if (!this.headersContinued) return HeadersStatus.Continue;
      filter.fault(
        "continue-not-paused",
        `continue_stream in a ${this.#name} headers callback that returns Continue: Envoy sends the ${this.#name} on twice`,
      );
      return HeadersStatus.GoneOn;
    }
    return status;
  }

  onData(body: Body, endStream: boolean): DataStatus {
    const filter = this.#filter;
    if (filter.lost() || this.#skipped()) return DataStatus.Continue;
    const seen = this.#buffering ? this.direction.joinBuffered(body) : body;
    if (seen === undefined) return DataStatus.StopIterationNoBuffer;
    this.#buffering = false;
    this.#current = seen;
    this.endOfStream = endStream;
    const size = seen.length;
    const returned = this.#call("body", () =>
      filter.call(`proxy_on_${this.#name}_body`, size, Number(endStream)),
    );
    this.#current = undefined;
    const status = dataStatus(returned);
    if (this.#goesOn(status === DataStatus.Continue)) return DataStatus.Continue;
    this.#buffering = status === DataStatus.StopIterationAndBuffer;
    this.#stale = !this.#buffering;
    return status;
  }

  onTrailers(): TrailersStatus {
    const filter = this.#filter;
    if (filter.lost() || this.#skipped()) return TrailersStatus.Continue;
    this.trailersOpen = true;
    this.#trailersContinued = false;
    const count = this.direction.trailers?.count ?? 0;
    const status = trailersStatus(
      this.#call("trailers", () => filter.call(`proxy_on_${this.#name}_trailers`, count)),
    );
    if (this.#goesOn(status === TrailersStatus.Continue)) {
      this.close();
      this.#trailersPassed = true;
      if (this.#trailersContinued) this.#endTwice();
      return TrailersStatus.Continue;
    }
    return status;
  }

  /**
   * `continue_stream`, once the VM call that asked for it has returned. On a message that has gone on already nothing is left to do; one
   * that has not begun, or whose headers callback is on the stack and lets it go on, Envoy would send on a second time.
   * Source: Envoy, `ActiveStreamFilterBase::commonContinue`.
   */
  resume(): void {
    const { owner } = this.#filter;
    if (owner.ended || owner.stopped(this.direction)) return;
    if (this.direction.headers === undefined) {
      this.#filter.fault(
        "continue-not-paused",
        `continue_stream on a ${this.#name} that has not begun: Envoy crashes (SIGSEGV); remember whether the stream is paused`,
      );
      return;
    }
    if (this.running === "trailers") this.#trailersContinued = true;
    if (this.#trailersPassed && this.#filter.response.running !== "trailers") {
      this.#endTwice();
      return;
    }
    this.#tell(false);
    this.direction.resume(this);
    owner.pump();
  }

  #endTwice(): void {
    const message = `continue_stream on a ${this.#name} whose trailers have gone on: Envoy sends them twice, or crashes (SIGSEGV)`;
    this.#filter.fault("continue-not-paused", message);
  }

  /** The message has moved on: the guest's view of it ends. */
  close(): void {
    this.headersOpen = false;
    this.trailersOpen = false;
    this.#current = undefined;
    this.#stale = false;
  }

  /** A filter that never saw the request headers sees no later part of the stream, until on_log. */
  #skipped(): boolean {
    return !this.#filter.created;
  }

  #call(phase: "headers" | "body" | "trailers", callback: () => number): number {
    this.running = phase;
    const answeredBefore = this.#filter.answered;
    const result = callback();
    this.#answeredNow = this.#filter.answered && !answeredBefore;
    this.running = undefined;
    return result;
  }

  /** Whether the message moves on: the status says so, or the VM is lost. */
  #goesOn(statusContinues: boolean): boolean {
    const goesOn = this.#filter.lost() || (statusContinues && !this.#answeredNow);
    if (!this.#filter.answered) this.#tell(!goesOn);
    return goesOn;
  }

  #tell(holds: boolean): void {
    const { owner, plugin } = this.#filter;
    owner.host.trace?.decided(owner.id, plugin.name, this.#name, holds);
  }
}
