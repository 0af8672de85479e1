import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import "../seed.ts";
import { makeJob, makePlace, runHere } from "../run/make-job.ts";
import { countCases } from "../safety/cases.ts";
import { anyCommands, commandsOf } from "./history.ts";
import { newModel, type World } from "./world.ts";

/** How many histories are tried; BAKUP_TEST_MODEL gives another number. */
const HISTORIES = Number(process.env.BAKUP_TEST_MODEL ?? 15);

/** Histories that broke a promise once: what the test below shrinks a failing one to goes into a file here. */
const KNOWN = fileURLToPath(new URL("histories", import.meta.url));

for (const file of readdirSync(KNOWN)) {
  test(`the history "${file.replace(/\.json$/, "")}" keeps every promise`, async (t) => {
    const world = await newWorld(join(makePlace(t).top, "history"));
    const commands = commandsOf(JSON.parse(readFileSync(join(KNOWN, file), "utf8")));
    await fc.asyncModelRun(() => ({ model: newModel(), real: world }), commands);
  });
}

test(`${HISTORIES} random histories of runs, crashes, rotations, pins, restores, checks, repairs, adoptions, refusals, clock jumps, litter, rot and other disks keep every promise`, async (t) => {
  const top = makePlace(t).top;
  let count = 0;
  await fc.assert(
    fc.asyncProperty(anyCommands(), async (commands) => {
      count += 1;
      const world = await newWorld(join(top, `history-${count}`));
      await fc.asyncModelRun(() => ({ model: newModel(), real: world }), commands);
      rmSync(world.top, { recursive: true });
    }),
    { numRuns: HISTORIES },
  );
  countCases(t, count);
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
