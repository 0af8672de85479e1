import { join } from "node:path";
import { type Arena, enter, type Step } from "./contender.ts";
import { Figures } from "./figures.ts";
import { describeMachine } from "./machine.ts";
import { type BenchOptions, wantsPhase } from "./options.ts";
import { listingSteps } from "./phases/listing.ts";
import { KEPT_NIGHTS, nightSteps, planNights } from "./phases/nights.ts";
import { partSteps } from "./phases/parts.ts";
import { restoreSteps } from "./phases/restore.ts";
import { measureStartUp } from "./phases/start-up.ts";
import { KEPT_STEADY, steadySteps } from "./phases/steady.ts";
import type { Program } from "./programs/program.ts";
import { Progress } from "./progress.ts";
import { removeTree } from "./remove-tree.ts";
import type { Trial } from "./report.ts";
import { Source } from "./source.ts";
import { PHASES, type Phase } from "./works.ts";

/** One tree on one file system. */
export interface TrialOptions {
  files: number;
  /** An empty folder on that file system. */
  folder: string;
  programs: readonly Program[];
  missing: readonly Program[];
  signal: AbortSignal;
  /** Called whenever there is more in the trial. */
  onFigures(trial: Trial): void;
}

/** Takes all programs through all that is wanted. What is measured reaches `onFigures` while it goes on. */
export async function runTrial(options: BenchOptions, trialOptions: TrialOptions): Promise<void> {
  const { files, folder, programs, missing, signal, onFigures } = trialOptions;
  const figures = new Figures();
  const machine = await describeMachine(folder, signal);
  const fileSystem = machine.fileSystem ?? "unknown";
  const trial: Trial = {
    files,
    fileSystem,
    seed: options.seed,
    machine,
    programs: Object.fromEntries(programs.map(({ name, title }) => [name, title])),
    missing: missing.map(({ title }) => title),
    isComplete: false,
    figures: figures.all,
  };
  // It has nothing to do with the number of files.
  if (wantsPhase(options, "start-up") && files === options.files[0]) {
    process.stderr.write("start-up\n");
    await measureStartUp({ folder, bakup: options.bakup, figures, signal }, options.starts);
    onFigures(trial);
  }
  if (PHASES.some((phase) => phase !== "start-up" && wantsPhase(options, phase))) {
    process.stderr.write(`making a tree of ${files} files in ${folder}\n`);
    const source = await Source.make(join(folder, "source"), { files, seed: options.seed, signal });
    const title = `${files} files on ${fileSystem}`;
    const arena = { folder, source, programs, figures, signal };
    await runRounds(options, arena, { title, onFigures: () => onFigures(trial) });
  }
  onFigures({ ...trial, isComplete: true });
}

/** The steady state, which needs the most snapshots, comes after the first round: no lack of time leaves it out. */
async function runRounds(
  options: BenchOptions,
  arena: Arena,
  { title, onFigures }: { title: string; onFigures: () => void },
): Promise<void> {
  const progress = new Progress(title, onFigures);
  const wantsSteady = wantsPhase(options, "steady");
  const wantsRound = PHASES.some((phase) => !["start-up", "steady"].includes(phase) && wantsPhase(options, phase));
  const rounds = wantsRound ? options.rounds : 0;
  const steady = wantsSteady ? await planSteady(arena, { isLast: rounds < 2 }) : [];
  if (rounds === 0) {
    await progress.go(steady, []);
  }
  let longest = 0;
  for (let round = 0; round < rounds; round += 1) {
    const begin = performance.now() / 1000;
    if (round > 0 && begin + longest > options.limitSeconds) {
      process.stderr.write("no time for another round\n");
      return;
    }
    const isLast = round === rounds - 1 && (round > 0 || !wantsSteady);
    const steps = await planRound(options, arena, { round, isLast });
    const rest = Array.from({ length: rounds - round - 1 }, () => steps).flat();
    await progress.go(steps, round === 0 ? [...steady, ...rest] : rest);
    longest = Math.max(longest, performance.now() / 1000 - begin);
    if (round === 0) {
      await progress.go(steady, rest);
    }
  }
}

/** The last stores go away with everything else. */
async function planRound(
  options: BenchOptions,
  arena: Arena,
  { round, isLast }: { round: number; isLast: boolean },
): Promise<Step[]> {
  const wants = (phase: Phase) => wantsPhase(options, phase);
  const { stores, contenders } = await enter(arena, { name: `stores-${round}`, round, keep: KEPT_NIGHTS });
  return [
    ...nightSteps(arena, contenders, planNights(wants, options.repeat)),
    ...listingSteps(arena, wants, options.repeat),
    ...(wants("restore") ? restoreSteps(arena, contenders) : []),
    ...partSteps(arena, contenders, wants),
    ...(isLast ? [] : [removal(arena, stores)]),
  ];
}

async function planSteady(arena: Arena, { isLast }: { isLast: boolean }): Promise<Step[]> {
  const { stores, contenders } = await enter(arena, { name: "stores-steady", round: 0, keep: KEPT_STEADY });
  const able = contenders.filter(({ backups }) => backups.parts !== undefined);
  return [...steadySteps(arena, able), ...(isLast ? [] : [removal(arena, stores)])];
}

function removal({ signal }: Arena, stores: string): Step {
  return { label: "removing the stores", program: "all", act: () => removeTree(stores, signal) };
}
