import { createWriteStream, type WriteStream } from "node:fs";
import type { AccessLogSink } from "../gateway/config.ts";

/** Where access logs go: files are appended to, as Envoy does, and made when they are missing. */
export class AccessLogFiles {
  readonly #files = new Map<string, WriteStream>();

  write(sink: AccessLogSink, line: string): void {
    if (sink === "stdout") process.stdout.write(line);
    else if (sink === "stderr") process.stderr.write(line);
    else this.#file(sink.path).write(line);
  }

  async close(): Promise<void> {
    const ends = [...this.#files.values()].map((file) => new Promise((resolve) => file.end(resolve)));
    await Promise.all(ends);
  }

  #file(path: string): WriteStream {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = createWriteStream(path, { flags: "a", encoding: "latin1" });
      file.on("error", (error) => process.stderr.write(`access log ${path}: ${error.message}\n`));
      this.#files.set(path, file);
    }
    return file;
  }
}
