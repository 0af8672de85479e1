import { visible } from "../journal/visible.ts";

const GAP = "  ";
/** Most cells are such text, and there can be thousands: it needs no care. */
const PLAIN = /^[ -~]*$/;

/**
 * Rows in columns. The last column takes what is left of the width and is cut there; without a width nothing is cut.
 * @param right indexes of the columns with numbers, which stand at the right.
 */
export function formatTable(
  rows: readonly (readonly string[])[],
  { width, right = [] }: { width: number | undefined; right?: readonly number[] },
): string {
  const clean = rows.map((row) => row.map((cell) => (PLAIN.test(cell) ? cell : visible(cell))));
  const columns = Math.max(0, ...clean.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(0, ...clean.map((row) => lengthOf(row[column] ?? ""))),
  );
  return clean
    .map((row) => row.map((cell, column) => pad(cell, widths[column] ?? 0, right.includes(column))).join(GAP))
    .map((line) => cut(line.trimEnd(), width))
    .join("\n");
}

/** How wide the terminal is; undefined when the report goes elsewhere, where nothing should be cut. */
export function terminalWidth(
  stream: Pick<NodeJS.WriteStream, "isTTY" | "columns"> = process.stdout,
): number | undefined {
  return stream.isTTY ? stream.columns || undefined : undefined;
}

function pad(cell: string, width: number, isRight: boolean): string {
  const blanks = " ".repeat(Math.max(0, width - lengthOf(cell)));
  return isRight ? blanks + cell : cell + blanks;
}

function cut(line: string, width: number | undefined): string {
  if (width === undefined || lengthOf(line) <= width) {
    return line;
  }
  return `${[...line].slice(0, Math.max(1, width - 1)).join("")}…`;
}

/** In characters, not UTF-16 units. */
function lengthOf(text: string): number {
  return PLAIN.test(text) ? text.length : [...text].length;
}
