import assert from "node:assert/strict";
import { test } from "node:test";
import { Figures, median } from "./figures.ts";
import { figure } from "./make-trial.ts";
import { bestPeer, formatTable } from "./table.ts";

test("the median is the middle one, or what lies between the two in the middle", () => {
  for (const [values, expected] of [
    [[5], 5],
    [[9, 1, 5], 5],
    [[10, 9, 1, 4], 6.5],
    [[], Number.NaN],
  ] as const) {
    assert.equal(median(values), expected);
  }
});

test("ratios are those to the quickest peer, never to bakup itself", () => {
  const work = "nothing changed";
  const figures = [
    figure(work, "bakup", [0.5, 0.4, 0.6], { cpu: 1 }),
    figure(work, "slow", [4], { cpu: 8 }),
    figure(work, "quick", [2, 1, 30], { cpu: 2 }),
  ];
  assert.equal(bestPeer(figures)?.program, "quick");
  const lines = formatTable(figures, { bakup: "bakup 1" }).split("\n");
  assert.match(lines[0] ?? "", /^nothing changed .*ratio to best peer/);
  assert.match(lines[1] ?? "", /^bakup 1 +500 ms +400 ms - 600 ms +1\.00 s +50 MB +2 MB +0\.25 +0\.02 - 0\.40 +0\.50$/);
  assert.match(lines[2] ?? "", /^slow +4\.00 s .* 2\.00 +2\.00 - 2\.00 +4\.00$/);
  assert.match(lines[3] ?? "", /^quick +2\.00 s +1\.00 s - 30\.00 s .* 1\.00 +1\.00 - 1\.00 +1\.00$/);
});

test("a program that failed is named with the reason, not left out", () => {
  const figures = new Figures();
  figures.add(
    { part: "runs", work: "first run", program: "bakup" },
    { sample: { wall: 1, cpu: 1, memory: 1, written: 1 } },
  );
  figures.add({ part: "runs", work: "first run", program: "peer" }, { trouble: "exit code 9" });
  assert.match(formatTable(figures.all, {}), /^ {2}! peer: exit code 9$/m);
});
