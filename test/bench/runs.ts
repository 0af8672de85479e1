import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { applyChanges, planChanges } from "./changes.ts";
import type { Figures } from "./figures.ts";
import { type Command, type Measure, measure, succeed } from "./measure.ts";
import { type Backups, KEEP, type Program } from "./programs/program.ts";
import type { TreeEntry } from "./tree.ts";

const CHANGED_SHARE = 0.01;

/** Only root can empty the caches. */
const COLD_WORK = "nothing changed, with rotation, cold";
const DROP_CACHES = "/proc/sys/vm/drop_caches";

/**
 * One round is a row of nights. Nights without a title only lead to the state that the next one needs: as many snapshots
 * as are kept, and old ones that are as different as they are after many such nights.
 */
const NIGHTS: readonly { title?: string; changes: boolean; cold?: boolean }[] = [
  { title: "first run", changes: false },
  { title: "nothing changed, nothing to rotate", changes: false },
  { changes: false },
  { title: COLD_WORK, changes: false, cold: true },
  { title: "nothing changed, with rotation", changes: false },
  { changes: true },
  { changes: true },
  { changes: true },
  { title: "1 % changed every night, with rotation", changes: true },
];

export interface RunsContext {
  /** The temporary folder. */
  folder: string;
  source: string;
  programs: readonly Program[];
  figures: Figures;
  signal: AbortSignal;
}

interface Contender {
  program: Program;
  backups: Backups;
  isOut: boolean;
}

/**
 * Takes all programs through all nights, each with a new store, in an order that is another one each round. The source
 * is theirs in common, so it changes in the same way for all.
 * @returns what the source is now.
 */
export async function runRound(
  context: RunsContext,
  round: number,
  entries: readonly TreeEntry[],
): Promise<readonly TreeEntry[]> {
  const { folder, source, programs, signal } = context;
  const start = round % programs.length;
  const stores = join(folder, `stores-${round}`);
  mkdirSync(stores);
  const contenders: Contender[] = [];
  for (const program of [...programs.slice(start), ...programs.slice(0, start)]) {
    const store = join(stores, program.name);
    mkdirSync(store);
    contenders.push({ program, backups: await program.prepare({ source, store }, signal), isOut: false });
  }
  let tree = entries;
  const change = (seed: number) => {
    const { changes, after } = planChanges(tree, { share: CHANGED_SHARE, seed });
    applyChanges(source, changes);
    tree = after;
  };
  const seeds = round * (NIGHTS.length + 1);
  for (const [index, { title, changes, cold = false }] of NIGHTS.entries()) {
    if (changes) {
      change(seeds + index);
    }
    for (const contender of contenders) {
      await attempt(context, contender, title ?? "a night between", (work) =>
        runNight(context, contender.backups, { number: index + 1, title, cold, work }),
      );
    }
  }
  for (const contender of contenders) {
    await attempt(context, contender, "restore", () => restoreBoth(context, contender, tree));
    await attempt(context, contender, "parts", () => runParts(context, contender, NIGHTS.length + 1));
  }
  change(seeds + NIGHTS.length);
  for (const contender of contenders) {
    await attempt(context, contender, "parts", () => runChangedParts(context, contender, NIGHTS.length + 3));
  }
  await succeed({ file: "rm", args: ["-rf", stores] }, signal);
  return tree;
}

/** After a failure a program is out for the rest of the round. */
async function attempt(
  { figures, signal }: RunsContext,
  contender: Contender,
  work: string,
  run: (work: string) => Promise<Measure | undefined>,
): Promise<void> {
  if (contender.isOut) {
    return;
  }
  const key = { part: "runs", work, program: contender.program.name } as const;
  try {
    const sample = await run(work);
    if (sample !== undefined) {
      figures.add(key, { sample });
    }
  } catch (error) {
    signal.throwIfAborted();
    contender.isOut = true;
    figures.add(key, { trouble: error instanceof Error ? error.message : String(error) });
  }
}

async function runNight(
  context: RunsContext,
  backups: Backups,
  { number, title, cold }: { number: number; title: string | undefined; cold: boolean; work: string },
): Promise<Measure | undefined> {
  const { signal } = context;
  const command = backups.nextRun(number);
  if (title === undefined || (cold && process.getuid?.() !== 0)) {
    await succeed(command, signal);
    return undefined;
  }
  // What others have written must not have to wait for the disk in this one's time.
  await succeed({ file: "sync", args: [] }, signal);
  if (cold) {
    writeFileSync(DROP_CACHES, "3");
  }
  const sample = await measure(command, signal);
  await checkResult(context, backups, number);
  return sample;
}

/** Nothing counts but what gives the source back. @throws Error */
async function checkResult(context: RunsContext, backups: Backups, number: number): Promise<void> {
  const folder = backups.newest?.();
  if (folder === undefined) {
    const to = emptyFolder(context);
    await succeed(backups.restore(to), context.signal);
    await checkEqual(context, to);
  } else {
    await checkEqual(context, folder);
  }
  const kept = backups.snapshots?.().length;
  if (kept !== undefined && kept !== Math.min(number, KEEP)) {
    throw new Error(`${kept} snapshots are there after run ${number}, not ${Math.min(number, KEEP)}`);
  }
}

async function checkEqual({ source, signal }: RunsContext, folder: string): Promise<void> {
  const compare = ["-naHAX", "--numeric-ids", "--delete", "--itemize-changes", `${source}/`, `${folder}/`];
  const differences = await succeed({ file: "rsync", args: compare }, signal);
  // The folder that something is restored into is nobody's backup.
  const lines = differences.split("\n").filter((line) => line !== "" && !line.endsWith(" ./"));
  if (lines.length > 0) {
    throw new Error(`${folder} differs from the source:\n${lines.slice(0, 10).join("\n")}`);
  }
}

function emptyFolder({ folder }: RunsContext): string {
  const to = join(folder, "restored");
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to);
  return to;
}

async function restoreBoth(
  context: RunsContext,
  { program, backups }: Contender,
  tree: readonly TreeEntry[],
): Promise<undefined> {
  const { figures, signal } = context;
  const file = tree.findLast((entry) => entry.kind === "file")?.path;
  for (const [work, wanted] of [
    ["restore of one file", file],
    ["restore of everything", undefined],
  ] as const) {
    const sample = await measure(backups.restore(emptyFolder(context), wanted), signal);
    if (wanted === undefined) {
      await checkEqual(context, join(context.folder, "restored"));
    }
    figures.add({ part: "runs", work, program: program.name }, { sample });
  }
  return undefined;
}

/** Snapshot and rotation without a transfer, the second time in the steady state. */
async function runParts(
  { figures, signal }: RunsContext,
  { program, backups }: Contender,
  number: number,
): Promise<undefined> {
  const parts = backups.parts?.(number);
  if (parts === undefined || backups.parts === undefined) {
    return undefined;
  }
  const note = (work: string, sample: Measure) =>
    figures.add({ part: "runs", work, program: program.name }, { sample });
  note("snapshot alone, nothing changed", await measure(parts.snapshot, signal));
  note("rotation alone", await measure(parts.rotation, signal));
  note("snapshot + rotation, nothing changed", await measureBoth(backups.parts(number + 1), signal));
  return undefined;
}

async function runChangedParts(
  { figures, signal }: RunsContext,
  { program, backups }: Contender,
  number: number,
): Promise<undefined> {
  const parts = backups.parts?.(number);
  if (parts !== undefined) {
    await succeed(parts.transfer, signal);
    await succeed({ file: "sync", args: [] }, signal);
    const sample = await measureBoth(parts, signal);
    figures.add({ part: "runs", work: "snapshot + rotation, 1 % changed", program: program.name }, { sample });
  }
  return undefined;
}

async function measureBoth(parts: Record<"snapshot" | "rotation", Command>, signal: AbortSignal): Promise<Measure> {
  const [a, b] = [await measure(parts.snapshot, signal), await measure(parts.rotation, signal)];
  return {
    wall: a.wall + b.wall,
    cpu: a.cpu + b.cpu,
    memory: Math.max(a.memory, b.memory),
    written: a.written + b.written,
  };
}
