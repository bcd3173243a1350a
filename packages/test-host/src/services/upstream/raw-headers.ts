import type { Header } from "./upstream.ts";

/** Node's flat list of names and values as headers; names become lower case. */
export function fromRawHeaders(raw: string[]): Header[] {
  const headers: Header[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    headers.push([(raw[index] as string).toLowerCase(), raw[index + 1] as string]);
  }
  return headers;
}

/** Headers as Node's flat list of names and values. */
export function toRawHeaders(headers: readonly Header[]): string[] {
  return headers.flat();
}
