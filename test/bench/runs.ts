import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { applyChanges, planChanges } from "./changes.ts";
import type { Figures } from "./figures.ts";
import { measure, succeed } from "./measure.ts";
import { type Backups, KEEP, type Program } from "./programs/program.ts";
import type { TreeEntry } from "./tree.ts";

const CHANGED_SHARE = 0.01;

/**
 * One round is a row of nights. Nights without a title only lead to the state that the next one needs: as many snapshots
 * as are kept, and old ones that are as different as they are after many such nights.
 */
const NIGHTS: readonly { title?: string; changes: boolean }[] = [
  { title: "first run", changes: false },
  { title: "nothing changed, nothing to rotate", changes: false },
  { changes: false },
  { changes: false },
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
  const { folder, source, signal } = context;
  const start = round % context.programs.length;
  const order = [...context.programs.slice(start), ...context.programs.slice(0, start)];
  const stores = join(folder, `stores-${round}`);
  mkdirSync(stores);
  const contenders = order.map((program) => ({ program, backups: prepare(program, { source, stores }), isOut: false }));
  let tree = entries;
  for (const [index, { title, changes: changed }] of NIGHTS.entries()) {
    if (changed) {
      const { changes, after } = planChanges(tree, { share: CHANGED_SHARE, seed: round * NIGHTS.length + index });
      applyChanges(source, changes);
      tree = after;
    }
    for (const contender of contenders.filter(({ isOut }) => !isOut)) {
      contender.isOut = !(await runNight(context, { ...contender, number: index + 1, title }));
    }
  }
  await succeed({ file: "rm", args: ["-rf", stores] }, signal);
  return tree;
}

function prepare(program: Program, { source, stores }: { source: string; stores: string }): Backups {
  const store = join(stores, program.name);
  mkdirSync(store);
  return program.prepare({ source, store });
}

/** @returns whether all went well; after a failure a program is out for the rest of the round. */
async function runNight(
  { source, figures, signal }: RunsContext,
  night: { program: Program; backups: Backups; number: number; title: string | undefined },
): Promise<boolean> {
  const { program, backups, number, title } = night;
  const key = { part: "runs", work: title ?? "a night between", program: program.name } as const;
  try {
    const command = backups.nextRun(number);
    if (title === undefined) {
      await succeed(command, signal);
      return true;
    }
    // What others have written must not have to wait for the disk in this one's time.
    await succeed({ file: "sync", args: [] }, signal);
    const sample = await measure(command, signal);
    await checkResult(source, backups, { number, signal });
    figures.add(key, { sample });
    return true;
  } catch (error) {
    signal.throwIfAborted();
    figures.add(key, { trouble: error instanceof Error ? error.message : String(error) });
    return false;
  }
}

/** Nothing counts but what gives the source back. @throws Error */
async function checkResult(
  source: string,
  backups: Backups,
  { number, signal }: { number: number; signal: AbortSignal },
): Promise<void> {
  const compare = ["-naHAX", "--numeric-ids", "--delete", "--itemize-changes", `${source}/`, `${backups.newest()}/`];
  const differences = await succeed({ file: "rsync", args: compare }, signal);
  if (differences !== "") {
    throw new Error(`${backups.newest()} differs from the source:\n${differences.split("\n").slice(0, 10).join("\n")}`);
  }
  const kept = backups.snapshots().length;
  if (kept !== Math.min(number, KEEP)) {
    throw new Error(`${kept} snapshots are there after run ${number}, not ${Math.min(number, KEEP)}`);
  }
}
