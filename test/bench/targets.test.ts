import assert from "node:assert/strict";
import { test } from "node:test";
import { formatTargets } from "./format-report.ts";
import { figure, makeTrial } from "./make-trial.ts";
import { judge } from "./targets.ts";
import { WORK } from "./works.ts";

test("a target is met up to its limit, and says between which ratios the rounds lay", () => {
  for (const [walls, met] of [
    [[3, 2, 4], true],
    [[3.1, 2, 4], false],
  ] as const) {
    const figures = [figure(WORK.unchanged, "bakup", walls), figure(WORK.unchanged, "cp-al", [10, 8, 20])];
    const [judgement] = judge([makeTrial({ figures: [...figures, figure(WORK.unchanged, "borg", [40])] })]);
    assert.equal(judgement?.met, met);
    assert.equal(judgement?.value, walls[0] / 10);
    assert.deepEqual(judgement?.spread, [0.2, walls[0] / 10]);
    assert.equal(judgement?.limit, 0.3);
  }
});

test("a target for a number of files is judged at that number only, and none in a small tree", () => {
  const figures = [figure(WORK.unchanged, "bakup", [1]), figure(WORK.unchanged, "cp-al", [10])];
  const verdictsAt = (files: number) =>
    judge([makeTrial({ files, figures })])
      .filter(({ unit }) => unit === "ratio")
      .map(({ limit, met }) => [limit, met]);
  assert.deepEqual(verdictsAt(300_000), [[0.3, true]]);
  assert.deepEqual(verdictsAt(1_000_000), [[0.25, true]]);
  assert.deepEqual(verdictsAt(200_000), [
    [0.3, undefined],
    [0.25, undefined],
  ]);
  const changed = [figure(WORK.changed, "bakup", [1]), figure(WORK.changed, "cp-al", [1])];
  const [small] = judge([makeTrial({ files: 5000, figures: changed })]);
  assert.deepEqual([small?.limit, small?.met], [0.5, undefined]);
});

test("the cost of a file is compared between two trials", () => {
  const at = (files: number, wall: number) =>
    makeTrial({ files, figures: [figure(WORK.unchanged, "bakup", [wall], { cpu: wall })] });
  const growth = (wall: number) =>
    judge([at(100_000, 1), at(1_000_000, wall)]).filter(({ target }) => target.includes("time per file"));
  assert.deepEqual(
    growth(11).map(({ value, met }) => [value.toFixed(2), met]),
    [
      ["1.10", true],
      ["1.10", undefined],
    ],
  );
  assert.equal(growth(13)[0]?.met, false);
  assert.deepEqual(
    judge([at(100_000, 1)]).filter(({ target }) => target.includes("time per file")),
    [],
  );
});

test("on btrfs, snapshot and rotation of the largest tree are compared with those of the smallest", () => {
  const at = (files: number, wall: number) =>
    makeTrial({ files, fileSystem: "btrfs", figures: [figure(WORK.steady, "bakup", [wall])] });
  assert.deepEqual(
    judge([at(20_000, 2.4), at(2000, 2), at(5000, 9)]).map(({ value, met }) => [value, met]),
    [[1.2, true]],
  );
  assert.equal(judge([at(2000, 2), at(20_000, 20)])[0]?.met, false);
});

test("the lines of the targets say the figure, the limit and the verdict", () => {
  const figures = [
    figure(WORK.first, "bakup", [12]),
    figure(WORK.first, "rsync", [10]),
    figure(WORK.deletion, "bakup", [1]),
    figure(WORK.deletion, "cp-al", [2]),
  ];
  const text = formatTargets(judge([makeTrial({ figures })]));
  assert.match(text, /^first run: of plain rsync +300,000 on ext4 +1\.20 +1\.20 - 1\.20 +<= 1\.1 +NOT MET$/m);
  assert.match(text, /^not measured, or not at its size: nothing changed, whole run.* \(1,000,000 files\)$/m);
  assert.doesNotMatch(text, /not measured.*: first run: of plain rsync$/m);
  assert.match(text, /^not measured.*: first run: of plain rsync and a sync/m);
  assert.match(text, /^deletion of a snapshot: of rm -rf +300,000 on ext4 +0\.50 +0\.50 - 0\.50 +<= 0\.6 +met$/m);
});
