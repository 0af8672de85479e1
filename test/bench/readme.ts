import { type Figure, wallOf } from "./figures.ts";
import type { Report, Trial } from "./report.ts";
import { formatMegabytes, formatSeconds } from "./table.ts";
import { inThousands } from "./targets.ts";
import { WORK } from "./works.ts";

export const MARKERS = {
  begin: "<!-- How fast: written by npm run bench -- --readme -->",
  end: "<!-- How fast: end -->",
} as const;

/** Where the files that the README speaks of lie, from the top of the repository. */
export const PLACES = { pictures: "test/bench/pictures/nights", results: "test/bench/results" } as const;

const COLUMNS = [
  ["nothing changed", WORK.unchanged],
  ["cold cache", WORK.unchangedCold],
  ["1 % changed", WORK.changed],
  ["first run", WORK.first],
  ["restore of everything", WORK.restoreAll],
] as const;

/** Puts the section into the README, between its markers. @throws Error when they are not there. */
export function replaceSection(readme: string, section: string): string {
  const [begin, end] = [readme.indexOf(MARKERS.begin), readme.indexOf(MARKERS.end)];
  if (begin < 0 || end < begin) {
    throw new Error(`the README has no lines ${MARKERS.begin} and ${MARKERS.end}`);
  }
  return `${readme.slice(0, begin + MARKERS.begin.length)}\n${section}${readme.slice(end)}`;
}

/** The trial that the README shows: the one with most programs, and of these the one with most files. */
export function chooseTrial({ trials }: Report): Trial | undefined {
  const width = ({ programs }: Trial) => Object.keys(programs).length;
  return trials
    .filter(({ figures, fileSystem }) => fileSystem === "ext4" && figures.some(({ work }) => work === WORK.unchanged))
    .toSorted((a, b) => width(b) - width(a) || b.files - a.files)[0];
}

/** The section, of figures only: nothing in it is written by hand. */
export function formatSection(trial: Trial): string {
  const { files, fileSystem, machine, figures, programs } = trial;
  const columns = COLUMNS.filter(([, work]) => figures.some((figure) => figure.work === work));
  const names = Object.keys(programs).filter((name) => hasNight(figures, name));
  const rows = names
    .map((name) => ({ name, seconds: seconds(figures, WORK.unchanged, name) }))
    .sort((a, b) => a.seconds - b.seconds)
    .map(({ name }) => [
      name === "bakup" ? `**${programs[name]}**` : (programs[name] ?? name),
      ...columns.map(([, work]) => formatSeconds(seconds(figures, work, name))),
      formatMegabytes(memory(figures, name)),
    ]);
  const head = ["", ...columns.map(([title]) => title), "memory"];
  const lines = [head, head.map((_, index) => (index === 0 ? "---" : "---:")), ...rows];
  const { system, processors, node, rsync } = machine;
  return `## How fast

A night costs what has changed, not what exists. Whole runs with rotation, ${inThousands(files)} files, side by side on
${fileSystem} (${[system, processors, node, rsync].join(", ")}), medians:

<picture>
  <source media="(prefers-color-scheme: dark)" srcset="${PLACES.pictures}-dark.svg">
  <img src="${PLACES.pictures}-light.svg" width="720" alt="How long a nightly run takes, bakup beside its peers">
</picture>

${lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}

Memory is the most of all processes together. All figures, the targets, and what was compared with what:
[${PLACES.results}](${PLACES.results}/figures.txt). \`npm run bench\` measures it on your machine.

`;
}

function hasNight(figures: readonly Figure[], name: string): boolean {
  return figures.some(
    ({ work, program, samples }) => work === WORK.unchanged && program === name && samples.length > 0,
  );
}

function seconds(figures: readonly Figure[], work: string, name: string): number {
  const figure = figures.find((each) => each.work === work && each.program === name && each.samples.length > 0);
  return figure === undefined ? Number.NaN : wallOf(figure);
}

function memory(figures: readonly Figure[], name: string): number {
  const works: readonly string[] = COLUMNS.map(([, work]) => work);
  const own = figures.filter(({ work, program }) => program === name && works.includes(work));
  return Math.max(...own.flatMap(({ samples }) => samples.map((sample) => sample.memory)));
}
