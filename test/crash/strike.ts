import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Child } from "../run/child.ts";
import { nextSecond } from "../run/child.ts";
import { backUp, brokenPromises, copyScene, type Scene } from "./scene.ts";

const ORPHAN_TRIES = 100;
/** Half of the time goes into waiting: for the disk, and for the next second. */
const AT_ONCE = 2 * availableParallelism();

/** What one interruption came to: how the run ended, and every promise that was broken then or after the next run. */
export interface Outcome {
  title: string;
  end: Awaited<Child["ended"]>;
  broken: string[];
}

/** A way to interrupt a run of a scene of its own. */
export interface Strike {
  title: string;
  start(scene: Scene): Child;
}

/**
 * Interrupts a run in each of these ways, each with a copy of the scene, and looks at the store twice: at once, and
 * after the next ordinary run.
 */
export async function strikeAll(scene: Scene, strikes: readonly Strike[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const todo = [...strikes.entries()];
  const work = async () => {
    for (let next = todo.shift(); next !== undefined; next = todo.shift()) {
      const [index, strike] = next;
      outcomes[index] = await strikeOnce(copyScene(scene, join(scene.top, `copy-${index}`)), strike);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcomes;
}

/** The first broken promises of each, as many as one can read. */
export function brokenIn(outcomes: readonly Outcome[]): string[] {
  return outcomes.flatMap(({ broken }) => broken.slice(0, 2)).slice(0, 20);
}

async function strikeOnce(scene: Scene, { title, start }: Strike): Promise<Outcome> {
  const end = await start(scene).ended;
  const atOnce = brokenPromises(scene, { settled: false });
  await nextSecond();
  const next = await backUpAfterOrphans(scene);
  const failed = next.code === 0 ? [] : [`the next run ended with ${next.code}: ${next.stderr}`];
  const broken = [...atOnce, ...failed, ...brokenPromises(scene, { settled: true })];
  rmSync(scene.top, { recursive: true });
  return { title, end, broken: broken.map((line) => `${title}: ${line}`) };
}

/** A program that outlives a run which was killed alone keeps the lock until it has ended. */
async function backUpAfterOrphans(scene: Scene): Promise<Awaited<Child["ended"]>> {
  for (let tries = 0; ; tries += 1) {
    const end = await backUp(scene);
    if (end.code !== 2 || tries === ORPHAN_TRIES) {
      return end;
    }
    await sleep(100);
  }
}
