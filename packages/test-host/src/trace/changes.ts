import type { Header } from "../services/upstream/upstream.ts";
import type { BodyView, HeaderChange } from "./trace.ts";

const KEPT_BYTES = 16 * 1024;

/** The headers whose values differ, in the order of their names' first appearance. */
export function headerChanges(before: readonly Header[], after: readonly Header[]): HeaderChange[] {
  const names = new Set([...before, ...after].map(([name]) => name));
  const values = (of: readonly Header[], name: string) =>
    of.filter(([other]) => other === name).map(([, value]) => value);
  return [...names]
    .map((name) => ({ name, before: values(before, name), after: values(after, name) }))
    .filter(
      (change) =>
        change.before.join("\0") !== change.after.join("\0") || change.before.length !== change.after.length,
    );
}

export function bodyView(bytes: Uint8Array): BodyView {
  return { bytes: bytes.length, text: keptText(bytes) };
}

/** The first bytes, as text. */
export function keptText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, KEPT_BYTES));
}
