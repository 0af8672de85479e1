import { cpuOf, type Figure, ratiosOf, wallOf } from "./figures.ts";
import type { Trial } from "./report.ts";
import { bestPeer } from "./table.ts";
import { WORK } from "./works.ts";

/** What a figure says about a target. */
export interface Judgement {
  target: string;
  /** Of the trial, or of the larger one of two. */
  files: number;
  fileSystem: string;
  unit: "ratio" | "MB";
  value: number;
  /** The least and the most, round by round; undefined where there is one figure only. */
  spread: [number, number] | undefined;
  limit: number | undefined;
  /** Undefined where nothing is asked of the value, or only of another number of files, or of larger trees. */
  met: boolean | undefined;
}

interface Target {
  text: string;
  /** The target is about so many files only. */
  files?: number;
  fileSystem: string;
  unit: "ratio" | "MB";
  limit?: number;
  measure(trial: Trial): Pick<Judgement, "value" | "spread"> | undefined;
}

/** Within one trial, ratios of medians of wall time. */
const TARGETS: readonly Target[] = [
  ofPeer("nothing changed, whole run: of the best peer's", WORK.unchanged, { files: 300_000, limit: 0.3 }),
  ofPeer("nothing changed, whole run: of the best peer's", WORK.unchanged, { files: 1_000_000, limit: 0.25 }),
  ofPeer("1 % changed every night, whole run: of the best peer's", WORK.changed, { limit: 0.5 }),
  of("snapshot + rotation, 30 kept, nothing changed: of cp -al + rm -rf", WORK.steady, "cp-al", 0.15),
  of("snapshot + rotation, 30 kept, 1 % changed: of cp -al + rm -rf", WORK.steadyChanged, "cp-al", 0.3),
  of(
    "snapshot + rotation, 30 kept, 1 % changed on each of 30 nights: of cp -al + rm -rf",
    WORK.steadyBehind,
    "cp-al",
    0.3,
  ),
  ofPeer("nothing changed, cold cache, whole run: of the best peer's", WORK.unchangedCold, { limit: 0.6 }),
  of("first run: of plain rsync", WORK.first, "rsync", 1.1),
  of("first run: of plain rsync and a sync (bakup's snapshots are synced)", WORK.first, "rsync-sync", 1.1),
  of("deletion of a snapshot: of rm -rf", WORK.deletion, "cp-al", 0.6),
  {
    text: "peak memory of all processes together, all works",
    files: 1_000_000,
    fileSystem: "ext4",
    unit: "MB",
    limit: 150,
    measure: ({ figures }) => {
      const samples = figures.filter(({ program, part }) => program === "bakup" && part === "runs");
      const most = samples.flatMap((figure) => figure.samples.map(({ memory }) => memory / 1e6));
      return most.length === 0 ? undefined : { value: Math.max(...most), spread: undefined };
    },
  },
  {
    text: "nothing changed, whole run: of one listing of the source (the floor)",
    fileSystem: "ext4",
    unit: "ratio",
    measure: (trial) => compare(figureOf(trial, WORK.unchanged, "bakup"), figureOf(trial, WORK.listing, "find")),
  },
];

/** In a smaller tree the start of the programs is what is measured. */
const LEAST_FILES = 100_000;
/** From 100,000 to a million files, each file may cost so much more. */
const GROWTH = { from: 100_000, to: 1_000_000, limit: 1.2 };
/** What does not depend on the number of files takes at most so much longer for more of them, whatever their number. */
const STEADY_GROWTH = 1.5;
const SUBVOLUMES = `${WORK.steady}: independent of the number of files`;

/** Every target about which there are figures. */
export function judge(trials: readonly Trial[]): Judgement[] {
  const within = trials.flatMap((trial) => TARGETS.flatMap((target) => judgeTarget(target, trial) ?? []));
  return [...within, ...judgeGrowth(trials), ...judgeSubvolumes(trials)];
}

function judgeTarget(target: Target, trial: Trial): Judgement | undefined {
  const { unit, limit } = target;
  const measured = trial.fileSystem === target.fileSystem ? target.measure(trial) : undefined;
  // Where a target has a number for each of several sizes, it is told once at any other.
  const isOther = target.files !== undefined && target.files !== trial.files;
  if (measured === undefined || (isOther && hasOwn(target, trial))) {
    return undefined;
  }
  const isAsked = !isOther && trial.files >= LEAST_FILES;
  const met = limit === undefined || !isAsked ? undefined : measured.value <= limit;
  const { files, fileSystem } = trial;
  return { target: nameOf(target), files, fileSystem, unit, ...measured, limit, met };
}

function nameOf({ text, files }: Target): string {
  return files === undefined ? text : `${text} (${inThousands(files)} files)`;
}

/** The targets that nothing is said about yet. */
export function unjudged(judgements: readonly Judgement[]): string[] {
  const limited = TARGETS.filter(({ limit }) => limit !== undefined).map(nameOf);
  const isJudged = (name: string) =>
    judgements.some(({ target, met }) => met !== undefined && (target === name || target.startsWith(`${name};`)));
  return [...limited, growthOf(WORK.unchanged), SUBVOLUMES].filter((name) => !isJudged(name));
}

/** Whether the trial's own size has a target of the same text. */
function hasOwn({ text }: Target, { files }: Trial): boolean {
  return TARGETS.some((other) => other.text === text && other.files === files);
}

function judgeGrowth(trials: readonly Trial[]): Judgement[] {
  const find = (files: number) => (work: string) =>
    trials.map((trial) => (onExt4(trial, files) ? figureOf(trial, work, "bakup") : undefined)).find(Boolean);
  return [WORK.unchanged, WORK.changed].flatMap((work) => {
    const [small, large] = [find(GROWTH.from)(work), find(GROWTH.to)(work)];
    if (small === undefined || large === undefined) {
      return [];
    }
    const grown = (seconds: (figure: Figure) => number) => seconds(large) / GROWTH.to / (seconds(small) / GROWTH.from);
    const [wall, cpu] = [grown(wallOf), grown(cpuOf)];
    const common = { files: GROWTH.to, fileSystem: "ext4", unit: "ratio", spread: undefined } as const;
    return [
      {
        ...common,
        target: growthOf(work),
        value: wall,
        limit: GROWTH.limit,
        met: wall <= GROWTH.limit,
      },
      { ...common, target: `${growthOf(work)} (CPU)`, value: cpu, limit: undefined, met: undefined },
    ];
  });
}

function growthOf(work: string): string {
  return `${work}, time per file at ${inThousands(GROWTH.to)} files: of that at ${inThousands(GROWTH.from)}`;
}

function onExt4({ files, fileSystem }: Trial, wanted: number): boolean {
  return files === wanted && fileSystem === "ext4";
}

/** btrfs: the smallest and the largest tree. */
function judgeSubvolumes(trials: readonly Trial[]): Judgement[] {
  const measured = trials
    .flatMap((trial) => {
      const figure = trial.fileSystem === "btrfs" ? figureOf(trial, WORK.steady, "bakup") : undefined;
      return figure === undefined ? [] : [{ files: trial.files, figure }];
    })
    .sort((a, b) => a.files - b.files);
  const [small, large] = [measured.at(0), measured.at(-1)];
  if (small === undefined || large === undefined || small.files === large.files) {
    return [];
  }
  const value = wallOf(large.figure) / wallOf(small.figure);
  const target = `${SUBVOLUMES}; of that at ${inThousands(small.files)}`;
  const { files } = large;
  const met = value <= STEADY_GROWTH;
  return [{ target, files, fileSystem: "btrfs", unit: "ratio", value, spread: undefined, limit: STEADY_GROWTH, met }];
}

function of(text: string, work: string, base: string, limit: number): Target {
  const measure = (trial: Trial) => compare(figureOf(trial, work, "bakup"), figureOf(trial, work, base));
  return { text, fileSystem: "ext4", unit: "ratio", limit, measure };
}

function ofPeer(text: string, work: string, rest: { files?: number; limit: number }): Target {
  const measure = (trial: Trial) =>
    compare(figureOf(trial, work, "bakup"), bestPeer(trial.figures.filter((figure) => figure.work === work)));
  return { text, fileSystem: "ext4", unit: "ratio", ...rest, measure };
}

function compare(own: Figure | undefined, base: Figure | undefined): Pick<Judgement, "value" | "spread"> | undefined {
  if (own === undefined || base === undefined) {
    return undefined;
  }
  const ratios = ratiosOf(own, base);
  return { value: wallOf(own) / wallOf(base), spread: [Math.min(...ratios), Math.max(...ratios)] };
}

function figureOf({ figures }: Trial, work: string, program: string): Figure | undefined {
  return figures.find((each) => each.work === work && each.program === program && each.samples.length > 0);
}

export function inThousands(count: number): string {
  return count.toLocaleString("en-US");
}
