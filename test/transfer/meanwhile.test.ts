import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { shell } from "../integration/file-system.ts";
import { instant, makeJob, makePlace, runHere } from "../run/make-job.ts";
import { compareTrees } from "../store/compare-trees.ts";
import { isRoot } from "../store/make-tree.ts";

/** What a source is like, what has happened before the run, and what happens between its plan and its transfer. */
const CASES = {
  "a file that has other contents becomes what it was, with another mode": {
    made: "echo old >it",
    changed: "cp -a it ../kept; echo new contents >it",
    meanwhile: "mv ../kept it; chmod 777 it",
  },
  "a file that was edited unseen becomes what it was, with another mode": {
    made: "echo old >it",
    changed: "cp -a it ../kept; echo new >it; touch -r ../kept it",
    meanwhile: "cat ../kept >it; touch -r ../kept it; chmod 777 it",
  },
  "a file that has a new name gets another mode": {
    made: "echo old >it",
    changed: "ln it another",
    meanwhile: "chmod 777 it",
  },
  "a file of which several names have other contents becomes what it was, with another mode": {
    made: "echo old >it; ln it one; ln it two",
    changed: "cp -a it ../kept; echo new contents >it",
    meanwhile: "mv ../kept it; ln -f it one; ln -f it two; chmod 777 it",
  },
  "a link that leads elsewhere leads where it did, and belongs to somebody else": {
    made: "ln -s there it",
    changed: "cp -a it ../kept; ln -sfn elsewhere it",
    meanwhile: "mv -T ../kept it; chown -h 12:34 it",
  },
  "a file whose mode changed gets yet another one": {
    made: "echo old >it",
    changed: "chmod 600 it",
    meanwhile: "chmod 777 it",
  },
};

for (const [what, { made, changed, meanwhile }] of Object.entries(CASES)) {
  test(`after the plan ${what}: the snapshot stays as it was`, {
    skip: !isRoot && "only root gives files away",
  }, async (t) => {
    const place = makePlace(t);
    shell(place.source, made);
    assert.equal((await runHere(makeJob(place), { now: instant(0) })).exitCode, 0);
    const describe = (tree: string) =>
      shell(tree, "find . -type d -o -printf '%p %y %m %U:%G %T@ %l\\n' | sort; cat it || true");
    const [before, snapshot] = [describe(place.source), join(place.store, "2026-03-01T12-00-00Z")];
    shell(place.source, changed);
    const onStep = (step: string) => {
      if (step === "transfer") {
        shell(place.source, meanwhile);
      }
    };
    const report = await runHere(makeJob(place), { now: instant(1), observer: { onStep } });
    assert.equal(report.exitCode, 0, report.message);
    assert.equal(describe(snapshot), before);
    await runHere(makeJob(place), { now: instant(2) });
    assert.equal(describe(snapshot), before);
    assert.deepEqual(compareTrees(place.source, place.mirror), []);
  });
}
