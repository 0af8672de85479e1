import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { figure, makeTrial } from "./make-trial.ts";
import { chooseTrial, formatSection, MARKERS, replaceSection } from "./readme.ts";
import { WORK } from "./works.ts";

const figures = [
  figure(WORK.unchanged, "cp-al", [4, 5, 9]),
  figure(WORK.unchanged, "bakup", [0.5], { memory: 90e6 }),
  figure(WORK.restoreAll, "bakup", [7]),
  figure(WORK.first, "rsync", [3]),
];

test("the README's table has a row for each program with whole runs, the quickest first", () => {
  const rows = formatSection(makeTrial({ figures }))
    .split("\n")
    .filter((line) => line.startsWith("| "));
  assert.deepEqual(rows, [
    "|  | nothing changed | first run | restore of everything | memory |",
    "| --- | ---: | ---: | ---: | ---: |",
    "| **bakup & co** | 500 ms | - | 7.00 s | 90 MB |",
    "| cp-al & co | 5.00 s | - | - | 50 MB |",
  ]);
});

test("only what is between the markers is replaced", () => {
  const readme = `before\n${MARKERS.begin}\nold\n${MARKERS.end}\nafter\n`;
  assert.equal(replaceSection(readme, "new\n"), `before\n${MARKERS.begin}\nnew\n${MARKERS.end}\nafter\n`);
  assert.throws(() => replaceSection("no markers", "new\n"), /has no lines/);
});

test("the README shows the trial of the most programs", () => {
  const narrow = makeTrial({ files: 1_000_000, figures: figures.slice(0, 2) });
  const wide = makeTrial({ figures });
  const other = makeTrial({ fileSystem: "xfs", files: 2_000_000, figures });
  assert.equal(chooseTrial({ trials: [narrow, wide, other] }), wide);
  assert.equal(chooseTrial({ trials: [other] }), undefined);
});

test("the README has the markers, and what stands between them is there", () => {
  const readme = readFileSync("README.md", "utf8");
  assert.equal(replaceSection(readme, "x").includes(`${MARKERS.begin}\nx${MARKERS.end}`), true);
  for (const [path] of readme.matchAll(/test\/bench\/(?:pictures|results)\/[\w.-]+/g)) {
    assert.ok(existsSync(path), path);
  }
});
