import type { Header, UpstreamEvents } from "../../../src/services/upstream/upstream.ts";

/** What an upstream answered, one line an event, and a promise for its end. */
export class Recorder implements UpstreamEvents {
  readonly events: string[] = [];
  readonly ended: Promise<void>;
  #end!: () => void;

  constructor() {
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  onHeaders(headers: Header[], endStream: boolean): void {
    this.#record(`headers ${headers.map((header) => header.join("=")).join("&")}`, endStream);
  }

  onData(chunk: Uint8Array, endStream: boolean): void {
    this.#record(`data ${Buffer.from(chunk).toString("latin1")}`, endStream);
  }

  onTrailers(trailers: Header[]): void {
    this.#record(`trailers ${trailers.map((header) => header.join("=")).join("&")}`, true);
  }

  onReset(reason: string, detail: string): void {
    this.#record(`reset ${reason}: ${detail}`, true);
  }

  #record(event: string, last: boolean): void {
    this.events.push(last ? `${event} (end)` : event);
    if (last) this.#end();
  }
}
