import { checkCount, checkNewest } from "../check.ts";
import { type Arena, type Contender, contend, type Step, settle } from "../contender.ts";
import { type Measure, measure, succeed } from "../measure.ts";
import { WORK } from "../works.ts";

/** So many snapshots are kept in the steady state: each run makes one and removes one. */
export const KEPT_STEADY = 30;

const SAMPLES = 3;

/**
 * The steady state. The store is filled outside the measured time, with real snapshots of an unchanged source: all that
 * are removed later are among these. Then come nights without changes, with 1 % changed, and, after a month's changes in
 * one go and a night of their own, which is not measured, with 1 % changed again: then what is removed is as different
 * from the newest as after a month of such nights.
 */
export function steadySteps(arena: Arena, contenders: readonly Contender[]): Step[] {
  const { source, signal } = arena;
  const each = (label: string, act: (contender: Contender) => Promise<Measure | undefined>) =>
    contenders.map((contender) => contend(arena, contender, { label, act: () => act(contender) }));
  const changes = (days: number) => ({ label: "changes", program: "source", act: () => source.change(days, signal) });
  const nights = (days: 0 | 1, works: Works) =>
    Array.from({ length: SAMPLES }, () => [
      ...(days > 0 ? [changes(days)] : []),
      ...each(works.steady, (contender) => runSteadyNight(arena, contender, works)),
    ]).flat();
  return [
    ...each("first run of many", (contender) => runNext(arena, contender)),
    fillAll(arena, contenders),
    ...each("first rotation", (contender) => runNext(arena, contender)),
    ...nights(0, { steady: WORK.steady, whole: WORK.steadyWhole }),
    ...nights(1, { steady: WORK.steadyChanged, whole: WORK.steadyWholeChanged }),
    changes(KEPT_STEADY - SAMPLES),
    ...each("the night after a month's changes", (contender) => runNext(arena, contender)),
    ...nights(1, { steady: WORK.steadyBehind }),
    ...each("check", async (contender) => {
      await checkNewest(arena, contender);
      return undefined;
    }),
  ];
}

interface Works {
  /** Snapshot and rotation only. */
  steady: string;
  whole?: string;
}

async function runNext({ signal }: Arena, contender: Contender): Promise<undefined> {
  contender.number += 1;
  await succeed(contender.backups.nextRun(contender.number), signal);
}

/** They do not wait for each other: nothing is measured. */
function fillAll(arena: Arena, contenders: readonly Contender[]): Step {
  const fills = contenders.map((contender) =>
    contend(arena, contender, {
      label: `filling the store with ${KEPT_STEADY} snapshots`,
      act: async () => {
        while (contender.number < KEPT_STEADY) {
          contender.number += 1;
          const command = contender.backups.parts?.fill(contender.number);
          if (command !== undefined) {
            await succeed(command, arena.signal);
          }
        }
        checkCount(contender, KEPT_STEADY);
        return undefined;
      },
    }),
  );
  return {
    label: `filling the stores with ${KEPT_STEADY} snapshots`,
    program: "all",
    act: async () => {
      await Promise.all(fills.map((fill) => fill.act()));
    },
  };
}

/** @returns what snapshot and rotation took; the whole run goes to the figures. */
async function runSteadyNight(arena: Arena, contender: Contender, { whole }: Works): Promise<Measure | undefined> {
  const { signal, figures } = arena;
  const { program, backups } = contender;
  const { parts } = backups;
  if (parts === undefined) {
    return undefined;
  }
  contender.number += 1;
  const { run, steady } =
    parts.lastSeconds === undefined
      ? await runPieces(parts.commands(contender.number), signal)
      : await runWhole(backups.nextRun(contender.number), parts.lastSeconds, signal);
  if (whole !== undefined) {
    figures.add({ part: "runs", work: whole, program: program.name }, { sample: run });
  }
  checkCount(contender, KEPT_STEADY);
  return steady;
}

async function runPieces(
  { transfer, snapshot, rotation }: Record<"transfer" | "snapshot" | "rotation", Parameters<typeof measure>[0]>,
  signal: AbortSignal,
): Promise<{ run: Measure; steady: Measure }> {
  await settle(signal);
  const before = await measure(transfer, signal);
  const steady = sum(await measure(snapshot, signal), await measure(rotation, signal));
  return { run: sum(before, steady), steady };
}

/** By the run's own account of its steps: it has no processor time for them. @throws Error when it has none at all. */
async function runWhole(
  command: Parameters<typeof measure>[0],
  lastSeconds: (signal: AbortSignal) => Promise<number>,
  signal: AbortSignal,
): Promise<{ run: Measure; steady: Measure }> {
  await settle(signal);
  const run = await measure(command, signal);
  const wall = await lastSeconds(signal);
  if (Number.isNaN(wall)) {
    throw new Error("the history does not say how long the snapshot and the rotation took");
  }
  return { run, steady: { wall, cpu: Number.NaN, memory: run.memory, written: Number.NaN } };
}

function sum(a: Measure, b: Measure): Measure {
  return {
    wall: a.wall + b.wall,
    cpu: a.cpu + b.cpu,
    memory: Math.max(a.memory, b.memory),
    written: a.written + b.written,
  };
}
