import { cpuOf, type Figure, median, ratiosOf, wallOf } from "./figures.ts";
import { BASELINE } from "./phases/start-up.ts";

/** The figures as text: one block for each work, one line for each program. */
export function formatTable(figures: readonly Figure[], titles: Readonly<Record<string, string>>): string {
  const works = [...new Set(figures.map(({ work }) => work))];
  return works
    .map((work) =>
      formatWork(
        work,
        figures.filter((figure) => figure.work === work),
        titles,
      ),
    )
    .join("\n");
}

function formatWork(work: string, figures: readonly Figure[], titles: Readonly<Record<string, string>>): string {
  const isStartUp = figures.some(({ part }) => part === "start-up");
  const compared = isStartUp ? BASELINE : "best peer";
  const header = [
    work,
    "wall, median",
    "min - max",
    "CPU, median",
    "memory",
    "written",
    `ratio to ${compared}`,
    "min - max",
    "CPU ratio",
  ];
  const base = bestPeer(figures);
  const rows = figures
    .filter(({ samples }) => samples.length > 0)
    .map((figure) => rowOf(figure, base, titles[figure.program] ?? figure.program));
  const troubles = figures.flatMap(({ program, troubles: said }) =>
    said.map((trouble) => `  ! ${program}: ${trouble}`),
  );
  const table = rows.length === 0 ? [work] : alignColumns([header, ...rows]);
  return `${[...table, ...troubles].join("\n")}\n`;
}

/** The quickest of those that are not bakup. */
export function bestPeer(figures: readonly Figure[]): Figure | undefined {
  const peers = figures.filter(({ program, samples }) => !program.startsWith("bakup") && samples.length > 0);
  return peers.toSorted((a, b) => wallOf(a) - wallOf(b))[0];
}

function rowOf(figure: Figure, base: Figure | undefined, title: string): string[] {
  const walls = figure.samples.map(({ wall }) => wall);
  return [
    title,
    formatSeconds(median(walls)),
    `${formatSeconds(Math.min(...walls))} - ${formatSeconds(Math.max(...walls))}`,
    formatSeconds(cpuOf(figure)),
    formatMegabytes(Math.max(...figure.samples.map(({ memory }) => memory))),
    formatMegabytes(median(figure.samples.map(({ written }) => written))),
    ratio(median(walls), base === undefined ? Number.NaN : wallOf(base)),
    spread(ratiosOf(figure, base)),
    ratio(cpuOf(figure), base === undefined ? Number.NaN : cpuOf(base)),
  ];
}

export function formatSeconds(value: number): string {
  return Number.isNaN(value) ? "-" : value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(2)} s`;
}

export function formatMegabytes(bytes: number): string {
  return Number.isNaN(bytes) ? "-" : `${Math.round(bytes / 1e6)} MB`;
}

function spread(ratios: readonly number[]): string {
  return ratios.length === 0 ? "-" : `${Math.min(...ratios).toFixed(2)} - ${Math.max(...ratios).toFixed(2)}`;
}

function ratio(value: number, base: number): string {
  return Number.isNaN(value / base) ? "-" : (value / base).toFixed(2);
}

/** The first column to the left, figures to the right. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  "),
  );
}
