import { join, resolve } from "node:path";
import { EXIT } from "../../../src/errors/exit-codes.ts";
import { canDropCaches, dropCaches } from "../caches.ts";
import type { Figures } from "../figures.ts";
import { run } from "../measure.ts";
import { WORK } from "../works.ts";
import { makeProfiles, makeStore } from "./start-up-places.ts";

const SNAPSHOTS = 1000;
const PROFILES = 10_000;
/** The program that every other one is compared with: what Node itself takes. */
export const BASELINE = "node -e 0";

interface Start {
  program: string;
  file: string;
  args: readonly string[];
  expected: number;
}

interface Context {
  folder: string;
  bakup: string;
  figures: Figures;
  signal: AbortSignal;
}

/** Starts Node alone and bakup's quick commands, in turn, so many times each; the shortest also with cold caches. */
export async function measureStartUp(context: Context, times: { warm: number; cold: number }): Promise<void> {
  const { folder, bakup } = context;
  const store = join(folder, "thousand-snapshots");
  makeStore(store, SNAPSHOTS);
  const config = makeProfiles(join(folder, "many-profiles"), { count: PROFILES, state: folder });
  const executable = resolve(bakup);
  const shortest: Start[] = [
    { program: BASELINE, file: process.execPath, args: ["-e", "0"], expected: 0 },
    { program: "bakup --version", file: executable, args: ["--version"], expected: EXIT.done },
  ];
  const starts: Start[] = [
    ...shortest,
    {
      program: `bakup list, ${SNAPSHOTS} snapshots`,
      file: executable,
      args: ["list", "--store", store],
      expected: EXIT.done,
    },
    {
      program: `bakup due, ${PROFILES} profiles`,
      file: executable,
      args: ["due", "--config", config],
      expected: EXIT.skipped,
    },
  ];
  for (let time = 0; time < times.warm; time += 1) {
    for (const start of starts) {
      await measureStart(context, WORK.startUp, start);
    }
  }
  for (let time = 0; time < times.cold && canDropCaches(); time += 1) {
    for (const start of shortest) {
      dropCaches();
      await measureStart(context, WORK.startUpCold, start);
    }
  }
}

async function measureStart(
  { folder, figures, signal }: Context,
  work: string,
  { program, file, args, expected }: Start,
): Promise<void> {
  const begin = process.hrtime.bigint();
  const finished = await run({ file, args, env: { STATE_DIRECTORY: folder } }, signal);
  const wall = Number(process.hrtime.bigint() - begin) / 1e9;
  figures.add(
    { part: "start-up", work, program },
    finished.exitCode === expected
      ? { sample: { wall, cpu: Number.NaN, memory: Number.NaN, written: Number.NaN } }
      : { trouble: `exit code ${finished.exitCode}: ${finished.stderr.split("\n")[0]}` },
  );
}
