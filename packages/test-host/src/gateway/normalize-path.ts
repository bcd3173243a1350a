import type { ConnectionManagerConfig } from "./manager-config.ts";

/** A path as `normalize_path` and `merge_slashes` make it; the query stays. */
export function normalizePath(
  path: string,
  { normalizePath: dots, mergeSlashes }: ConnectionManagerConfig,
): string {
  const end = path.search(/[?#]/);
  const query = end < 0 ? "" : path.slice(end);
  let plain = end < 0 ? path : path.slice(0, end);
  if (dots === true) plain = withoutDots(unescape(plain.replaceAll("\\", "/")));
  if (mergeSlashes === true) plain = plain.replace(/\/{2,}/g, "/");
  return plain + query;
}

/** Escapes of characters that need none (RFC 3986, 2.3). */
function unescape(path: string): string {
  return path.replace(/%[0-9a-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(parseInt(escape.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : escape;
  });
}

/** RFC 3986, 5.2.4. */
function withoutDots(path: string): string {
  const kept: string[] = [];
  const segments = path.split("/").slice(1);
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === "..") kept.pop();
    if (segment === "." || segment === "..") {
      if (isLast) kept.push("");
    } else kept.push(segment);
  }
  return `/${kept.join("/")}`;
}
