import type { Source } from "../compiler.ts";

/** Of the functions that AssemblyScript takes from a browser or from Node: what to write instead. A module that imports one loads nowhere. */
const INSTEAD: [called: RegExp, instead: string][] = [
  [/^Date\.now$/, "clock.nowMs() tells the time"],
  [/^performance\.now$/, "clock.nowNs() tells the time"],
  [/^console\.\w+$/, "log.info(...) and its like write to the gateway's log"],
  [/^Math\.random$/, "hash what differs from request to request, such as the header x-request-id"],
  [/^process\.\w+$/, "settings belong in the configuration"],
];

/** Why a call cannot work that compiles; undefined where it can. `given`: names in whose place the author has put something else. */
export function absentFunction(
  source: Source,
  object: string,
  name: string,
  given: ReadonlySet<string>,
): string | undefined {
  const called = `${object}.${name}`;
  const instead = INSTEAD.find(([pattern]) => pattern.test(called))?.[1];
  if (instead === undefined || given.has(object) || given.has(called) || declares(source, object)) return;
  return `no gateway offers '${called}', so none would load the module: ${instead}.`;
}

function declares(source: Source, name: string): boolean {
  return new RegExp(
    `\\b(?:class|namespace|const|let|var|function)\\s+${name}\\b|\\bimport\\b[^;]*\\b${name}\\b[^;]*\\bfrom\\b`,
  ).test(source.text);
}
