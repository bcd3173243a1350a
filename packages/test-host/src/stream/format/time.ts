/**
 * A point of time in `strftime` and Envoy's own `%f` (nanoseconds) and `%1f` to `%9f`. Without a format: ISO 8601 with
 * milliseconds. UTC.
 */
export function formatTime(ns: bigint, format: string): string {
  const date = new Date(Number(ns / 1_000_000n));
  const iso = date.toISOString();
  if (format === "") return iso;
  const seconds = Math.floor(date.getTime() / 1000);
  const nanoseconds = String(ns % 1_000_000_000n).padStart(9, "0");
  const fields: Record<string, string> = {
    Y: iso.slice(0, 4),
    m: iso.slice(5, 7),
    d: iso.slice(8, 10),
    e: String(date.getUTCDate()).padStart(2),
    H: iso.slice(11, 13),
    M: iso.slice(14, 16),
    S: iso.slice(17, 19),
    F: iso.slice(0, 10),
    T: iso.slice(11, 19),
    z: "+0000",
    Z: "UTC",
    s: String(seconds),
    b: date.toUTCString().slice(8, 11),
    a: date.toUTCString().slice(0, 3),
    j: String(
      Math.floor(
        (Date.UTC(+iso.slice(0, 4), date.getUTCMonth(), date.getUTCDate()) -
          Date.UTC(+iso.slice(0, 4), 0, 0)) /
          86_400_000,
      ),
    ).padStart(3, "0"),
    "%": "%",
  };
  return format.replace(/%(\d?f|\ds|E\dS|E\*S|[A-Za-z%])/g, (whole, code: string) => {
    if (code.endsWith("f")) return nanoseconds.slice(0, Number(code.slice(0, -1) || 9));
    return fields[code] ?? whole;
  });
}
