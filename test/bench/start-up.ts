import { join, resolve } from "node:path";
import { EXIT } from "../../src/errors/exit-codes.ts";
import type { Figures } from "./figures.ts";
import { run } from "./measure.ts";
import { makeProfiles, makeStore } from "./start-up-places.ts";

const TIMES = 20;
const SNAPSHOTS = 1000;
const PROFILES = 10_000;
/** The program that every other one is compared with: what Node itself takes. */
export const BASELINE = "node -e 0";

/** Starts Node alone and bakup's quick commands, in turn. */
export async function measureStartUp({
  folder,
  bakup,
  figures,
  signal,
}: {
  folder: string;
  bakup: string;
  figures: Figures;
  signal: AbortSignal;
}): Promise<void> {
  const store = join(folder, "thousand-snapshots");
  makeStore(store, SNAPSHOTS);
  const config = makeProfiles(join(folder, "many-profiles"), { count: PROFILES, state: folder });
  const executable = resolve(bakup);
  const starts = [
    { program: BASELINE, args: ["-e", "0"] },
    { program: "bakup --version", args: [executable, "--version"] },
    { program: `bakup list, ${SNAPSHOTS} snapshots`, args: [executable, "list", "--store", store] },
    {
      program: `bakup due, ${PROFILES} profiles`,
      args: [executable, "due", "--config", config],
      expected: EXIT.skipped,
    },
  ];
  for (let time = 0; time < TIMES; time += 1) {
    for (const { program, args, expected = EXIT.done } of starts) {
      const begin = process.hrtime.bigint();
      const finished = await run({ file: process.execPath, args, env: { STATE_DIRECTORY: folder } }, signal);
      const wall = Number(process.hrtime.bigint() - begin) / 1e9;
      figures.add(
        { part: "start-up", work: "start-up", program },
        finished.exitCode === expected
          ? { sample: { wall, cpu: Number.NaN, memory: Number.NaN, written: Number.NaN } }
          : { trouble: `exit code ${finished.exitCode}: ${finished.stderr.split("\n")[0]}` },
      );
    }
  }
}
