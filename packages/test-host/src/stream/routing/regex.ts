/** What RE2 does not have, or has and JavaScript reads differently; with what to write. */
const DIFFERENT: readonly [pattern: RegExp, problem: string][] = [
  [/\(\?(=|!|<=|<!)/, "RE2 has no look-ahead and no look-behind"],
  [/\\[1-9]|\\k</, "RE2 has no back-references"],
  [/\(\?P?[a-zA-Z]*[-a-zA-Z]+[):]/, "flags such as (?i) are read differently here; write both cases: [aA]"],
  [
    /\\[AzQEC]/,
    "RE2's \\A, \\z, \\Q, \\E and \\C are not read here; a match is anchored at both ends anyway",
  ],
  [/\[\[:\^?\w+:\]/, "POSIX classes such as [[:alpha:]] are not read here; write [a-zA-Z]"],
  [/\\p[A-Z]|\\P[A-Z]/, "write a Unicode class with braces: \\p{L}"],
];

/** Why a pattern of Envoy's (RE2) cannot be matched here as there; undefined when it can. */
export function regexProblem(pattern: string): string | undefined {
  const plain = pattern.replace(/\\\\/g, "");
  const difference = DIFFERENT.find(([found]) => found.test(plain));
  if (difference !== undefined) return difference[1];
  try {
    RegExp(translated(pattern), "u").test("");
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The pattern as JavaScript writes it; it must be one without `regexProblem`. */
export function compileRegex(pattern: string, flags = ""): RegExp {
  return new RegExp(translated(pattern), `u${flags}`);
}

/** Whether the pattern matches the whole of a text. */
export function wholeMatcher(pattern: string): (text: string) => boolean {
  const whole = compileRegex(`^(?:${pattern})$`);
  return (text) => whole.test(text);
}

/** RE2 lets any punctuation be escaped, and writes named groups its own way. */
function translated(pattern: string): string {
  return pattern
    .replace(/\(\?P</g, "(?<")
    .replace(/\\([^\w\s])/g, (whole, character: string) =>
      "^$\\.*+?()[]{}|/-".includes(character) ? (character === "-" ? "\\x2d" : whole) : character,
    );
}
