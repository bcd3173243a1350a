import { Body } from "./body.ts";
import type { HeaderMap } from "./header-map.ts";
import { DataStatus, HeadersStatus, TrailersStatus } from "./statuses.ts";

/** One filter in one direction, as the iteration sees it. */
export interface ChainLink {
  onHeaders(endStream: boolean): HeadersStatus;
  onData(body: Body, endStream: boolean): DataStatus;
  onTrailers(): TrailersStatus;
  /** What its last status did to the iteration. */
  iteration: "continue" | "stop-single" | "stop-all-buffer" | "stop-all-watermark";
  headersContinued: boolean;
  /** While resuming from a stop-all: the filter has not had its body and trailer callbacks yet. */
  iterateFromCurrent: boolean;
  endStream: boolean;
}

/** Where a direction ends: the router, or the client. */
export interface Sink {
  headers(endStream: boolean): void;
  data(bytes: Uint8Array, endStream: boolean): void;
  trailers(): void;
}

/** The stream around the two directions. */
export interface DirectionOwner {
  /** Nothing more may happen in this direction. */
  stopped(direction: Direction): boolean;
  /** A callback has just returned. Answers whether the iteration must end, e.g. for a local response. */
  interrupted(direction: Direction): boolean;
  /** A filter buffers more than the limit. */
  overLimit(direction: Direction): void;
  readonly bufferLimitBytes: number;
}

/**
 * Walks headers, data and trailers through the filters of one direction and keeps what they hold.
 * The algorithm is Envoy's `FilterManager` (source/common/http/filter_manager.cc), which is the same in both directions:
 * commonHandleAfter{Headers,Data,Trailers}Callback, commonHandleBufferData and commonContinue.
 */
export class Direction {
  headers: HeaderMap | undefined;
  trailers: HeaderMap | undefined;
  /** Data held by a stopped filter; one buffer for the whole direction. */
  buffered: Body | undefined;
  /** The network has delivered the end. */
  observedEnd = false;
  /** A local response has ended this direction. */
  aborted = false;
  /** A filter callback of this direction is on the stack. */
  inCallback = false;
  readonly links: readonly ChainLink[];
  readonly #sink: Sink;
  readonly #owner: DirectionOwner;
  #streaming = false;
  /** The sink has been given the end. */
  #isComplete = false;

  constructor(links: readonly ChainLink[], sink: Sink, owner: DirectionOwner) {
    this.links = links;
    this.#sink = sink;
    this.#owner = owner;
  }

  /** Reading should pause: a filter asked for back-pressure and holds as much as the limit allows. */
  get aboveWatermark(): boolean {
    return this.#streaming && (this.buffered?.length ?? 0) > this.#owner.bufferLimitBytes;
  }

  /** The first filter that holds this direction, and cannot go on by more data coming in. */
  get held(): ChainLink | undefined {
    if (this.#isComplete) return undefined;
    return this.links.find(
      (link) => link.iteration.startsWith("stop-all") || (link.iteration === "stop-single" && link.endStream),
    );
  }

  sendHeaders(from: ChainLink | undefined, endStream: boolean): void {
    for (const link of this.#after(from, false)) {
      link.endStream = endStream;
      const status = this.#run(() => link.onHeaders(endStream));
      if (this.#owner.interrupted(this) || status === HeadersStatus.GoneOn) return;
      if (status === HeadersStatus.Continue) {
        link.headersContinued = true;
        continue;
      }
      link.iteration =
        status === HeadersStatus.StopIteration
          ? "stop-single"
          : status === HeadersStatus.StopAllIterationAndBuffer
            ? "stop-all-buffer"
            : "stop-all-watermark";
      return;
    }
    this.#isComplete = endStream;
    this.#sink.headers(endStream);
  }

  sendData(from: ChainLink | undefined, body: Body, endStream: boolean): void {
    if (this.#owner.stopped(this)) return;
    let trailersAddedBy: ChainLink | undefined;
    for (const link of this.#after(from, true)) {
      if (link.iteration.startsWith("stop-all")) {
        this.#hold(body, link.iteration === "stop-all-watermark");
        return;
      }
      // A trailers callback that lets a held body go while its own filter is being resumed: Envoy loses the body here, too.
      if (link.endStream) return;
      const hadTrailers = this.trailers !== undefined;
      link.endStream = endStream && !hadTrailers;
      const status = this.#run(() => link.onData(body, link.endStream));
      if (this.#owner.interrupted(this)) return;
      if (endStream && !hadTrailers && this.trailers !== undefined) trailersAddedBy = link;
      if (!this.#afterData(link, status, body)) return;
    }
    if (body === this.buffered) this.buffered = undefined;
    this.#isComplete = endStream && this.trailers === undefined;
    this.#sink.data(body.take(), this.#isComplete);
    if (trailersAddedBy !== undefined) this.sendTrailers(trailersAddedBy);
  }

  sendTrailers(from: ChainLink | undefined): void {
    if (this.#owner.stopped(this)) return;
    for (const link of this.#after(from, true)) {
      if (link.iteration.startsWith("stop-all")) return;
      link.endStream = true;
      const status = this.#run(() => link.onTrailers());
      if (this.#owner.interrupted(this)) return;
      const stoppedBefore = link.iteration !== "continue";
      if (status === TrailersStatus.StopIteration) {
        if (!stoppedBefore) link.iteration = "stop-single";
        return;
      }
      if (stoppedBefore) {
        this.resume(link);
        return;
      }
    }
    this.#isComplete = true;
    this.#sink.trailers();
  }

  /** Data that a filter makes up, to those behind it; the headers go first if it still holds them. */
  inject(link: ChainLink, body: Body, endStream: boolean): void {
    if (this.#owner.stopped(this) || this.headers === undefined) return;
    if (!link.headersContinued) {
      link.headersContinued = true;
      this.sendHeaders(link, false);
    }
    this.sendData(link, body, endStream);
  }

  /** Lets a stopped filter go: headers first, then what is buffered, then trailers. */
  resume(link: ChainLink): void {
    if (this.#owner.stopped(this)) return;
    if (link.iteration.startsWith("stop-all")) link.iterateFromCurrent = true;
    link.iteration = "continue";
    if (!link.headersContinued) {
      link.headersContinued = true;
      this.sendHeaders(link, this.observedEnd && this.buffered === undefined && this.trailers === undefined);
    }
    const hadTrailers = this.trailers !== undefined;
    if (this.buffered !== undefined) this.sendData(link, this.buffered, this.observedEnd && !hadTrailers);
    if (hadTrailers) this.sendTrailers(link);
    link.iterateFromCurrent = false;
  }

  /** Adds to what a filter holds: also how a buffering filter gets to see everything from the start. */
  #hold(body: Body, streaming: boolean): void {
    this.#streaming = streaming;
    this.buffered ??= new Body();
    if (body !== this.buffered) this.buffered.append(body.take());
    if (!streaming && this.buffered.length > this.#owner.bufferLimitBytes) this.#owner.overLimit(this);
  }

  /** For a filter that returned StopIterationAndBuffer before: the buffer with the new data in it. Undefined: over the limit. */
  joinBuffered(body: Body): Body | undefined {
    this.#hold(body, false);
    return this.aborted ? undefined : this.buffered;
  }

  #afterData(link: ChainLink, status: DataStatus, body: Body): boolean {
    if (status === DataStatus.Continue) {
      if (link.iteration === "continue") return true;
      this.#hold(body, this.#streaming);
      this.resume(link);
      return false;
    }
    link.iteration = "stop-single";
    if (status === DataStatus.StopIterationNoBuffer) {
      body.take();
      if (this.observedEnd && this.trailers === undefined) this.buffered ??= new Body();
    } else {
      this.#hold(body, status === DataStatus.StopIterationAndWatermark);
    }
    return false;
  }

  #after(from: ChainLink | undefined, mayStartAtCurrent: boolean): readonly ChainLink[] {
    if (from === undefined) return this.links;
    const index = this.links.indexOf(from);
    return this.links.slice(mayStartAtCurrent && from.iterateFromCurrent ? index : index + 1);
  }

  #run<T>(callback: () => T): T {
    this.inCallback = true;
    try {
      return callback();
    } finally {
      this.inCallback = false;
    }
  }
}
