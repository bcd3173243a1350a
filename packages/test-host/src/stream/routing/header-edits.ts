import type { HeaderEdits } from "../../gateway/route-config.ts";
import { Format } from "../format/format.ts";
import type { Logged } from "../format/operators.ts";
import type { HeaderMap } from "../header-map.ts";

const formats = new Map<string, Format>();

/**
 * Removes and adds headers as routes and virtual hosts ask for, list by list: removals first, then what overwrites, then
 * the rest. Source: Envoy, `HeaderParser::evaluateHeaders`.
 */
export function editHeaders(headers: HeaderMap, lists: readonly HeaderEdits[], logged: () => Logged): void {
  for (const { remove, add } of lists) {
    for (const name of remove) headers.remove(name);
    if (add.length === 0) continue;
    const values = logged();
    const filled = add
      .map((one) => ({ ...one, value: formatOf(one.value).text(values, "") }))
      .filter(({ value, keepEmpty }) => value !== "" || keepEmpty);
    const present = new Set(
      filled.filter(({ name }) => headers.get(name) !== undefined).map(({ name }) => name),
    );
    for (const { name, value, action } of filled) {
      if (action === "overwrite-or-add" || (action === "overwrite" && present.has(name)))
        headers.set(name, value);
    }
    for (const { name, value, action } of filled) {
      if (action === "append" || (action === "add-if-absent" && !present.has(name))) headers.add(name, value);
    }
  }
}

function formatOf(text: string): Format {
  let format = formats.get(text);
  if (format === undefined) formats.set(text, (format = new Format(text)));
  return format;
}
