import { readFileSync, writeFileSync } from "node:fs";

/** How the tests of a file were run: as always, or with as many cases as one has patience for. */
export type Depth = "ordinary" | "long";

/** What came of one run of a file's tests, all of which succeeded. */
export interface FileResult {
  /** The day, as in 2026-11-24. */
  when: string;
  machine: string;
  /** Cases by the titles of the tests. */
  tests: Readonly<Record<string, number>>;
}

export type Results = Record<Depth, Record<string, FileResult>>;

const FILE = "test/safety/results.json";

/** What record.ts has written. */
export function readResults(): Results {
  return JSON.parse(readFileSync(FILE, "utf8")) as Results;
}

/** Puts results of files in the place of their earlier ones. */
export function keepResult(depth: Depth, file: string, result: FileResult): void {
  const results = readResults();
  results[depth][file] = result;
  const sorted = Object.fromEntries(Object.entries(results[depth]).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(FILE, `${inAscii(JSON.stringify({ ...results, [depth]: sorted }, null, 2))}\n`);
}

/** The titles of some tests hold what a terminal or an editor would obey. */
function inAscii(json: string): string {
  return json.replace(/[^\n\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
