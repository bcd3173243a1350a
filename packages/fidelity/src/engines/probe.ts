import { connect } from "node:net";

const REQUEST = "GET / HTTP/1.1\r\nhost: gateway.test\r\n\r\n";

/** A connection to the listener that answers by itself. The worker answers once it has dealt with what arrived before. */
export class Probe {
  readonly #socket: ReturnType<typeof connect>;
  #isOver = false;
  /** Wait for the next request, and for the answer to the last. */
  #next: (() => void)[] = [];
  #asked: (() => void)[] = [];

  constructor(port: number) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("data", (data) => {
      if (data.toString("latin1").endsWith("\r\n\r\n")) this.#answered();
    });
    this.#socket.on("error", () => this.#socket.destroy());
    this.#socket.on("close", () => {
      this.#isOver = true;
      this.#answered();
    });
  }

  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#next.push(resolve);
      if (this.#asked.length === 0) this.#ask();
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(): void {
    if (this.#next.length === 0) return;
    [this.#asked, this.#next] = [this.#next, []];
    if (this.#isOver) setImmediate(() => this.#answered());
    else this.#socket.write(REQUEST);
  }

  #answered(): void {
    const answered = this.#asked;
    this.#asked = [];
    for (const resolve of answered) resolve();
    this.#ask();
  }
}
