import type { Http1Message } from "../http1.ts";

/** What differs from run to run: dates, ids, durations. */
export function normalise(text: string): string {
  return text
    .replace(/^date: .*$/gim, "date: (date)")
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "(uuid)")
    .replace(/^x-envoy-upstream-service-time: \d+/gim, "x-envoy-upstream-service-time: (ms)");
}

/** Chunks that follow one another as one: where TCP cut the body is nobody's decision. */
export function mergeChunks(text: string): string {
  const heads = /transfer-encoding: chunked\r\n(?:[^\r\n]+\r\n)*\r\n/gi;
  let result = "";
  let at = 0;
  for (let head = heads.exec(text); head !== null; head = heads.exec(text)) {
    const start = head.index + head[0].length;
    let end = start;
    let body = "";
    for (;;) {
      const size = /^([0-9a-f]+)\r\n/i.exec(text.slice(end, end + 20));
      const length = size === null ? 0 : parseInt(size[1]!, 16);
      if (size === null || length === 0 || end + size[0].length + length + 2 > text.length) break;
      body += text.slice(end + size[0].length, end + size[0].length + length);
      end += size[0].length + length + 2;
    }
    const chunk = body === "" ? "" : `${body.length.toString(16)}\r\n${body}\r\n`;
    result += text.slice(at, start) + chunk;
    at = end;
    heads.lastIndex = end;
  }
  return result + text.slice(at);
}

/** A request as the upstream read it, in one text. */
export function received(message: Http1Message): string {
  const fields = (list: Http1Message["headers"]): string =>
    list.map(([name, value]) => `${name}: ${value}\n`).join("");
  return normalise(
    `${message.startLine}\n${fields(message.headers)}\n${message.body.toString("latin1")}${fields(message.trailers)}`,
  );
}
