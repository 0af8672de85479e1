import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { daemonJob } from "../remote/daemon-host.ts";
import { until } from "../run/child.ts";
import { makePlace, runHere } from "../run/make-job.ts";
import { compareTrees } from "../store/compare-trees.ts";
import { makeTree } from "../store/make-tree.ts";
import { type Daemon, startDaemon } from "./daemon.ts";

const LOCKED_DOWN = "write only = yes\nlist = no\nrefuse options = inplace append append-verify write-devices\n";

async function prepare(context: TestContext, configuration?: string) {
  const place = makePlace(context);
  makeTree(place.source);
  const daemon = await startDaemon(context, {
    modules: { m: LOCKED_DOWN },
    ...(configuration === undefined ? {} : { configuration }),
  });
  const port = Number(new URL(daemon.url("m")).port);
  return { place, daemon, job: daemonJob(place, { port }, { module: "m", directory: "" }) };
}

/** Waits for a snapshot that is newer than another one. @returns its name. */
async function keptAfter(daemon: Daemon, before: string): Promise<string> {
  const newest = () => daemon.snapshots("m").at(-1) ?? "";
  await until(() => newest() > before && daemon.leftovers().length === 0, { what: "the snapshot" });
  return newest();
}

test("what a run of bakup uploads becomes a snapshot there, each time something has changed", async (context) => {
  const { place, daemon, job } = await prepare(context);
  let newest = "";
  for (const change of ["", "chmod 600", "new content"]) {
    if (change === "chmod 600") {
      chmodSync(join(place.source, "file"), 0o600);
    } else if (change !== "") {
      writeFileSync(join(place.source, "file"), change);
    }
    const report = await runHere(job);
    assert.equal(report.exitCode, 0, report.message);
    newest = await keptAfter(daemon, newest);
    assert.deepEqual(compareTrees(place.source, daemon.snapshot("m", newest)), []);
  }
});

test("an upload that the server's schedule refuses is a skipped run, with the server's reason", async (context) => {
  const { place, daemon, job } = await prepare(context, "[m]\ntimer_arg[] = 20h\ntimer_arg[] = always\n");
  assert.equal((await runHere(job)).exitCode, 0);
  await keptAfter(daemon, "");
  writeFileSync(join(place.source, "file"), "changed");
  const report = await runHere(job);
  assert.equal(report.exitCode, 75, report.message);
  assert.match(report.message, /not due: the last backup began at .*not more than 20h ago/);
  assert.deepEqual(
    report.log.filter(({ kind }) => kind === "runFailed"),
    [],
  );
  assert.equal(daemon.snapshots("m").length, 1);
});

test("a forced run is let in although it is not due, but not where the server lets nobody force", async (context) => {
  const schedule = "timer_arg[] = 20h\ntimer_arg[] = always\n";
  const { place, daemon, job } = await prepare(context, `[m]\n${schedule}`);
  assert.equal((await runHere(job)).exitCode, 0);
  const first = await keptAfter(daemon, "");
  writeFileSync(join(place.source, "file"), "changed");
  const forced = { ...job, reach: { ...job.reach, force: true } };
  const report = await runHere(forced);
  assert.equal(report.exitCode, 0, report.message);
  const second = await keptAfter(daemon, first);
  assert.deepEqual(compareTrees(place.source, daemon.snapshot("m", second)), []);
  writeFileSync(join(daemon.folder, "xfer.conf"), `[m]\n${schedule}allow_force = no\n`);
  const refused = await runHere(forced);
  assert.equal(refused.exitCode, 75, refused.message);
  assert.match(refused.message, /lets nobody force/);
});
