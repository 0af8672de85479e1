import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import "../seed.ts";
import { makeJob, makePlace, runHere } from "../run/make-job.ts";
import { anyCommands } from "./commands.ts";
import { newModel, type World } from "./world.ts";

/** How many sequences are tried; BAKUP_TEST_MODEL gives another number. */
const SEQUENCES = Number(process.env.BAKUP_TEST_MODEL ?? 15);

test(`${SEQUENCES} random histories of runs, crashes, rotations, pins, restores, clock jumps, litter and other disks keep every promise`, async (t) => {
  const top = makePlace(t).top;
  let histories = 0;
  await fc.assert(
    fc.asyncProperty(anyCommands(), async (commands) => {
      histories += 1;
      const world = await newWorld(join(top, `history-${histories}`));
      await fc.asyncModelRun(() => ({ model: newModel(), real: world }), commands);
    }),
    { numRuns: SEQUENCES, endOnFailure: true },
  );
});

async function newWorld(top: string): Promise<World> {
  const source = join(top, "source");
  const store = join(top, "store");
  const world = { top, source, store, mirror: join(store, "latest"), shelf: join(top, "shelf") };
  mkdirSync(source, { recursive: true });
  writeFileSync(join(source, "stays"), "as it is\n");
  await runHere(makeJob({ source, mirror: join(world.shelf, "latest") }));
  return world;
}
