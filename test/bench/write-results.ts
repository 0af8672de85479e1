import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { drawChart } from "./chart.ts";
import { formatReport } from "./format-report.ts";
import { chooseTrial, formatSection, PLACES, replaceSection } from "./readme.ts";
import { type Report, type Trial, writeReport } from "./report.ts";

const SCHEMES = ["light", "dark"] as const;

export function writeCharts(trial: Trial, name: string): void {
  mkdirSync(dirname(name), { recursive: true });
  for (const scheme of SCHEMES) {
    writeFileSync(`${name}-${scheme}.svg`, drawChart(trial, scheme));
  }
}

/** The README's section on speed, and all that it refers to. @throws Error when there is nothing to show. */
export function writeReadme(report: Report, repository: string): void {
  const trial = chooseTrial(report);
  if (trial === undefined) {
    throw new Error("there are no nights on ext4 in these results, so there is nothing for the README to show");
  }
  const readme = join(repository, "README.md");
  const text = replaceSection(readFileSync(readme, "utf8"), formatSection(trial));
  writeCharts(trial, join(repository, PLACES.pictures));
  const results = join(repository, PLACES.results);
  mkdirSync(results, { recursive: true });
  writeReport(join(results, "figures.json"), report);
  writeFileSync(join(results, "figures.txt"), formatReport(report));
  writeFileSync(readme, text);
}
