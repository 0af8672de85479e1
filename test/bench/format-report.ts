import type { Report, Trial } from "./report.ts";
import { alignColumns, formatTable } from "./table.ts";
import { inThousands, type Judgement, judge, unjudged } from "./targets.ts";

const NOTES = `The ratios mean something, the seconds do not: they are this machine's, on that day. Medians, and least - most; of
memory the most of all processes together. Nothing counts but what gave the source back, by rsync's own comparison.
bakup's time includes the sync that makes a snapshot last; the peers' has none. "snapshot + rotation" of bakup are these
steps of a whole run, by its own history; "snapshot alone", "rotation alone" and "deletion" are commands of their own.
Rotation of bakup keeps one old snapshot to make the next one from, where others delete it; "deletion" deletes.
`;

/** Everything that was measured, as text: a table for each trial, then what it says about the targets. */
export function formatReport({ trials }: Report): string {
  return [...trials.map(formatTrial), NOTES, formatTargets(judge(trials))].join("\n");
}

function formatTrial({ files, fileSystem, machine, programs, missing, isComplete, figures }: Trial): string {
  const head = `${inThousands(files)} files on ${fileSystem}, caches warm unless said; ${Object.values(machine).join(", ")}`;
  const notes = [
    ...missing.map((title) => `not installed, so not measured: ${title}`),
    ...(isComplete ? [] : ["cut short: not everything was measured as often as it should have been"]),
  ];
  return `${[head, ...notes].join("\n")}\n\n${formatTable(figures, programs)}`;
}

/** One line for each target: what can be said about it, and which ones nothing can be said about. */
export function formatTargets(judgements: readonly Judgement[]): string {
  const rows = judgements.map(({ target, files, fileSystem, value, unit, spread, limit, met }) => [
    target,
    `${inThousands(files)} on ${fileSystem}`,
    unit === "MB" ? `${Math.round(value)} MB` : value.toFixed(2),
    spread === undefined ? "-" : `${spread[0].toFixed(2)} - ${spread[1].toFixed(2)}`,
    limit === undefined ? "-" : `<= ${limit}${unit === "MB" ? " MB" : ""}`,
    verdictOf(limit, met),
  ]);
  const table = alignColumns([["targets", "measured at", "figure", "min - max", "target", "met"], ...rows]);
  const missing = unjudged(judgements).map((target) => `not measured, or not at its size: ${target}`);
  return `${[...table, ...missing].join("\n")}\n`;
}

function verdictOf(limit: number | undefined, met: boolean | undefined): string {
  if (met === undefined) {
    return limit === undefined ? "-" : "other size";
  }
  return met ? "met" : "NOT MET";
}
