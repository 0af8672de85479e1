import { isTitle, type Shown } from "./evidence.ts";
import { type Depth, type FileResult, readResults } from "./results.ts";

const results = readResults();

/** A page with the parts made anew that lie between `.\" made by test/safety/write-pages.ts: NAME` and `.\" end`. */
export function withParts(page: string, parts: Readonly<Record<string, readonly string[]>>): string {
  return page.replace(
    /^(\.\\" made by test\/safety\/write-pages\.ts: (\S+)\n)[\s\S]*?^(\.\\" end\n)/gm,
    (_whole, begin: string, name: string, end: string) => {
      const lines = parts[name];
      if (lines === undefined) {
        throw new Error(`nothing makes the part ${name}`);
      }
      return `${begin}${lines.map((line) => `${line}\n`).join("")}${end}`;
    },
  );
}

/** A row for each statement and test file: what shows it, in how many cases, and what came of it. */
export function evidenceTable(statements: Readonly<Record<string, Shown>>): string[] {
  const rows = Object.entries(statements).flatMap(([id, shown]) =>
    Object.entries(shown).map(([file, titles], index) => [index === 0 ? id : "\\&", file, ...resultOf(file, titles)]),
  );
  return table([["", "Test", "Cases", "Result"], ...rows]);
}

/** A row for each way to interrupt or to mislead the program: how often the tests do it, and have done it at length. */
export function strikesTable(strikes: Readonly<Record<string, Shown>>): string[] {
  const rows = Object.entries(strikes).map(([what, shown]) => {
    const cases = (depth: Depth) =>
      Object.entries(shown).reduce((sum, [file, titles]) => sum + casesOf(depth, file, titles), 0);
    return [
      what,
      numberOrNone(cases("ordinary")),
      numberOrNone(cases("long")),
      cases("ordinary") === 0 ? "not recorded" : "none",
    ];
  });
  return table([["", "Cases", "\\&At length", "Lost"], ...rows]);
}

/** The kinds of damage that were seeded and found, one a line. */
export function damageList(shown: Shown): string[] {
  const kinds = Object.entries(shown).flatMap(([file, titles]) =>
    titles.flatMap((pattern) => {
      const [before = "", after = ""] = pattern.split("*");
      return titlesOf("ordinary", file, [pattern]).map((title) => title.slice(before.length, -after.length));
    }),
  );
  return [".Bl -bullet -compact", ...kinds.flatMap((kind) => [".It", kind]), ".El"];
}

/** When and where the recorded runs took place, one machine a line. */
export function machineList(): string[] {
  const all = (["ordinary", "long"] as const).flatMap((depth) => Object.values(results[depth]));
  if (all.length === 0) {
    return ["None yet."];
  }
  const machines = [...new Set(all.map(({ machine }) => machine))].sort();
  const days = all.map(({ when }) => when).sort();
  const span = [...new Set([days[0], days.at(-1)])].join(" to ");
  return [".Bl -bullet -compact", ...machines.flatMap((machine) => [".It", `${span}: ${machine}`]), ".El"];
}

/** Whether the tests of a file have been recorded. */
export function isRecorded(file: string): boolean {
  return results.ordinary[file] !== undefined;
}

/** The titles that a record has for patterns of titles. */
export function titlesOf(depth: Depth, file: string, patterns: readonly string[]): string[] {
  const tests = results[depth][file]?.tests ?? {};
  return Object.keys(tests).filter((title) => patterns.some((pattern) => isTitle(title, pattern)));
}

/** The number of cases and what came of them. */
function resultOf(file: string, titles: readonly string[]): [cases: string, result: string] {
  const cases = casesOf("ordinary", file, titles);
  return [numberOrNone(cases), cases === 0 ? "not recorded" : "held"];
}

function numberOrNone(cases: number): string {
  return cases === 0 ? "\\&" : String(cases);
}

function casesOf(depth: Depth, file: string, patterns: readonly string[]): number {
  const tests: FileResult["tests"] = results[depth][file]?.tests ?? {};
  return titlesOf(depth, file, patterns).reduce((sum, title) => sum + (tests[title] ?? 0), 0);
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    rows.reduce((widest, row) => ((row[column] ?? "").length > widest.length ? (row[column] ?? "") : widest), ""),
  );
  const columns = widths.map((width) => `"${width.replace("\\&", "")}"`).join(" ");
  return [`.Bl -column ${columns}`, ...rows.map((row) => `.It ${row.join(" Ta ")}`), ".El"];
}
