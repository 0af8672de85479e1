import { visible } from "../journal/visible.ts";
import { cutToWidth, widthOf } from "./text-width.ts";

const GAP = "  ";
/** The last column says what matters most: for so much of it the others make room. */
const LAST_COLUMN_WIDTH = 30;

export interface TableOptions {
  /** Of the terminal; without it nothing is cut or left out. */
  width: number | undefined;
  /** Indexes of the columns with numbers, which stand at the right. */
  right?: readonly number[];
  /** Indexes of the columns that are left out where there is no room for the last one, the first of them first. */
  optional?: readonly number[];
}

/** Rows in columns. The last column takes what is left of the width and is cut there. */
export function formatTable(
  rows: readonly (readonly string[])[],
  { width, right = [], optional = [] }: TableOptions,
): string {
  const clean = rows.map((row) => row.map(visible));
  const widths = columnWidths(clean);
  const shown = chooseColumns(widths, { width, optional });
  return clean
    .map((row) => shown.map((column) => pad(row[column] ?? "", widths[column] ?? 0, right.includes(column))).join(GAP))
    .map((line) => (width === undefined ? line.trimEnd() : cutToWidth(line.trimEnd(), width)))
    .join("\n");
}

/** How wide the terminal is; undefined when the report goes elsewhere, where nothing should be cut. */
export function terminalWidth(
  stream: Pick<NodeJS.WriteStream, "isTTY" | "columns"> = process.stdout,
): number | undefined {
  return stream.isTTY ? stream.columns || undefined : undefined;
}

function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, column) => Math.max(0, ...rows.map((row) => widthOf(row[column] ?? ""))));
}

/** The indexes of the columns that there is room for. */
function chooseColumns(
  widths: readonly number[],
  { width, optional }: Required<Omit<TableOptions, "right">>,
): number[] {
  let shown = widths.map((_, column) => column);
  for (const column of optional) {
    const others = shown.slice(0, -1).reduce((sum, each) => sum + (widths[each] ?? 0) + GAP.length, 0);
    const last = Math.min(widths.at(-1) ?? 0, LAST_COLUMN_WIDTH);
    if (width === undefined || others + last <= width) {
      return shown;
    }
    shown = shown.filter((each) => each !== column);
  }
  return shown;
}

function pad(cell: string, width: number, isRight: boolean): string {
  const blanks = " ".repeat(Math.max(0, width - widthOf(cell)));
  return isRight ? blanks + cell : cell + blanks;
}
