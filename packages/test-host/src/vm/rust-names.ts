const ESCAPES: Record<string, string> = {
  LT: "<",
  GT: ">",
  RF: "&",
  C: ",",
  LP: "(",
  RP: ")",
  BP: "*",
  u20: " ",
};

/**
 * The path in a name that Rust has mangled, in the way of before 2025 (`_ZN`) or of today (`_R`, without its types):
 * `std::process::abort`. Other names stay as they are. Source: the rustc book, "Symbol Mangling".
 */
export function readableRustPath(name: string): string {
  if (name.startsWith("_ZN")) return legacyPath(name);
  return name.startsWith("_R")
    ? namesIn(name, /s[0-9A-Za-z]*_|B[0-9A-Za-z]*_|([1-9]\d*)_?/g, 2).join("::")
    : name;
}

function legacyPath(name: string): string {
  const names = namesIn(name, /([1-9]\d*)/g, 3).filter((part) => !/^h[0-9a-f]{16}$/.test(part));
  return names
    .map((part) =>
      part
        .replace(/^_\$/, "$")
        .replace(/\$(\w+)\$/g, (whole, escape: string) => ESCAPES[escape] ?? whole)
        .replaceAll("..", "::"),
    )
    .join("::");
}

/** Every name stands behind its length, the pattern's group; what else the pattern takes is passed over. */
function namesIn(name: string, pattern: RegExp, start: number): string[] {
  const names: string[] = [];
  pattern.lastIndex = start;
  for (let match = pattern.exec(name); match !== null; match = pattern.exec(name)) {
    if (match[1] === undefined) continue;
    const end = pattern.lastIndex + Number(match[1]);
    names.push(name.slice(pattern.lastIndex, end));
    pattern.lastIndex = end;
  }
  return names;
}
