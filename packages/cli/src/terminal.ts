import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

const colour = process.stdout.isTTY && !process.env["NO_COLOR"];

/** Colours only where a person looks on: not in a pipe, not under NO_COLOR. */
export function paint(style: Style, text: string): string {
  return colour ? styleText(style, text) : text;
}

export function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

export function printError(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** `12345` as `12,345`. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** Columns as wide as their widest cell; numbers (cells that begin with a digit) to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const align = (cell: string, column: number): string =>
    /^\d/.test(cell) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!);
  return rows.map((row) => row.map(align).join("  ").trimEnd()).join("\n");
}
