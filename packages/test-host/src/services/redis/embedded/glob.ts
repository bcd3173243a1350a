/** Redis's glob patterns: `*`, `?`, `[abc]`, `[^a]`, `[a-c]`, and a backslash that makes the next character plain. */
export function matchesGlob(pattern: string, text: string): boolean {
  let source = "";
  for (let index = 0; index < pattern.length; index++) {
    const char = pattern.charAt(index);
    if (char === "*") {
      source += ".*";
    } else if (char === "?") {
      source += ".";
    } else if (char === "[") {
      const end = pattern.indexOf("]", index + 1);
      const list = pattern.slice(index + 1, end === -1 ? undefined : end);
      const negated = list.startsWith("^");
      source += `[${negated ? "^" : ""}${(negated ? list.slice(1) : list).replace(/[\\\]^[]/g, "\\$&")}]`;
      index = end === -1 ? pattern.length : end;
    } else {
      source += escape(char === "\\" && index + 1 < pattern.length ? pattern.charAt(++index) : char);
    }
  }
  return new RegExp(`^${source}$`, "s").test(text);
}

function escape(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&");
}
