import { connect, type IncomingHttpHeaders } from "node:http2";

export interface Http2Request {
  readonly title: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
  readonly trailers?: Readonly<Record<string, string>>;
}

/** Sends one request over HTTP/2 with prior knowledge; answers with what came back, in order. */
export function fetchHttp2(port: number, { headers = {}, body, trailers }: Http2Request): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://127.0.0.1:${port}`);
    session.on("error", reject);
    const seen: string[] = [];
    const stream = session.request(
      { ":path": "/", ":authority": "gateway.test", ...headers },
      { endStream: body === undefined, waitForTrailers: trailers !== undefined },
    );
    stream.on("wantTrailers", () => stream.sendTrailers(trailers ?? {}));
    if (body !== undefined) stream.end(body);
    const list = (fields: IncomingHttpHeaders): string => {
      const pairs = Object.entries(fields).map(([name, value]) => `${name}: ${String(value)}`);
      return pairs.join("\n");
    };
    stream.on("response", (fields) => seen.push(list(fields)));
    let text = "";
    stream.setEncoding("latin1").on("data", (chunk: string) => (text += chunk));
    stream.on("trailers", (fields) => seen.push(`trailers ${list(fields)}`));
    stream.on("error", (error) => seen.push(error.message));
    stream.on("close", () => {
      session.close();
      resolve([...seen, `body ${text}`]);
    });
  });
}

export const HTTP2_REQUESTS: readonly Http2Request[] = [
  { title: "a GET" },
  {
    title: "a path, a host and headers",
    headers: { ":path": "/a?b=c", "x-two": ["1", "2"], "user-agent": "me", te: "trailers" },
  },
  { title: "cookies in several fields", headers: { cookie: ["a=1", "b=2"] } },
  { title: "HEAD", headers: { ":method": "HEAD" } },
  { title: "a POST", headers: { ":method": "POST" }, body: "hello" },
  { title: "a POST with its length", headers: { ":method": "POST", "content-length": "5" }, body: "hello" },
  { title: "an empty POST", headers: { ":method": "POST" }, body: "" },
  {
    title: "trailers that are not enabled",
    headers: { ":method": "POST" },
    body: "hello",
    trailers: { "x-t": "1" },
  },
  { title: "OPTIONS *", headers: { ":method": "OPTIONS", ":path": "*" } },
  { title: "a fragment", headers: { ":path": "/a#b" } },
];
