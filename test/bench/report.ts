import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Figure } from "./figures.ts";
import type { Measure } from "./measure.ts";
import { judge } from "./targets.ts";

/** What was measured with one tree on one file system. */
export interface Trial {
  files: number;
  fileSystem: string;
  seed: number;
  machine: Record<string, string>;
  /** Titles of those that took part, by name. */
  programs: Record<string, string>;
  /** Titles of those that are not installed. */
  missing: string[];
  /** False when it was cut short. */
  isComplete: boolean;
  figures: Figure[];
}

/** A file of results. */
export interface Report {
  trials: Trial[];
}

/** Writes the results, and what they say about the targets, so that there is always a whole file, whenever the bench is stopped. */
export function writeReport(path: string, { trials }: Report): void {
  writeFileSync(`${path}.new`, `${JSON.stringify({ targets: judge(trials), trials }, null, 1)}\n`);
  renameSync(`${path}.new`, path);
}

/** Reads results, one file after the other. @throws Error when one of them is no file of results. */
export function readReports(paths: readonly string[]): Report {
  return { trials: paths.flatMap(readTrials) };
}

function readTrials(path: string): Trial[] {
  const { trials } = JSON.parse(readFileSync(path, "utf8")) as Partial<Report>;
  if (!Array.isArray(trials)) {
    throw new Error(`${path} holds no results of this bench: --json writes them`);
  }
  return trials.map((trial) => ({ ...trial, figures: trial.figures.map(measured) }));
}

/** JSON has no word for what was not measured but null. */
function measured(figure: Figure): Figure {
  const number = (value: number | null) => value ?? Number.NaN;
  const samples = figure.samples.map(
    ({ wall, cpu, memory, written }): Measure => ({
      wall: number(wall),
      cpu: number(cpu),
      memory: number(memory),
      written: number(written),
    }),
  );
  return { ...figure, samples };
}
