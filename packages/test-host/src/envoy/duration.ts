/**
 * Milliseconds of a duration in proto JSON: seconds with an `s` behind, at most nine decimals (`0.25s`, `30s`).
 * undefined for anything else, negative ones included (no field that is read here allows them).
 */
export function parseDuration(text: string): number | undefined {
  if (!/^\d+(\.\d{1,9})?s$/.test(text)) return undefined;
  return Math.round(Number(text.slice(0, -1)) * 1000);
}
