import type { Header } from "./upstream.ts";

/** Whether a response ends with its headers whatever they say (RFC 9110, 6.4.1). */
export function hasNoBody(method: string, status: string): boolean {
  return method === "HEAD" || status === "204" || status === "304";
}

/** Why Envoy's codec takes a response for none: a status below 100, or framing that it does not know or the status does not allow. */
export function framingProblem(status: number, headers: readonly Header[]): string | undefined {
  const valuesOf = (wanted: string): string[] =>
    headers.flatMap(([name, value]) => (name === wanted ? [value] : []));
  if (status < 100) return `status ${status}`;
  const encodings = valuesOf("transfer-encoding");
  const isFramed = status >= 200 && status !== 204;
  if (encodings.length > 0 && (!isFramed || encodings.join(",").toLowerCase() !== "chunked"))
    return `${status} with transfer-encoding ${encodings.join(",")}`;
  if (status === 204 && valuesOf("content-length").some((length) => Number(length) !== 0))
    return "204 with a content-length";
  return undefined;
}
