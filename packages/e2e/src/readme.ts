/** What a Markdown file promises: its fenced blocks and its links. */
export interface Block {
  /** `sh`, `ts`, `json`, `text`... */
  language: string;
  text: string;
}

export function blocksIn(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", text = ""]) => ({
    language,
    text,
  }));
}

/** The first block of a language. */
export function firstBlock(markdown: string, language: string): string {
  const block = blocksIn(markdown).find((one) => one.language === language);
  if (block === undefined) throw new Error(`There is no block of ${language}.`);
  return block.text;
}

/** Targets of links that lead to a file, without the fragment. */
export function linkedFiles(markdown: string): string[] {
  return [...markdown.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target.replace(/#.*$/, ""))
    .filter((target) => target !== "" && !/^[a-z]+:/.test(target));
}

/** Matches output that has the parts of this text in their order; a line `...` is anything in between. */
export function expectedOutput(text: string): RegExp {
  const parts = text.split(/^\.\.\.\n/m).map((part) => part.trimEnd().replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(parts.join("[^]*"));
}
