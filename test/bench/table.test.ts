import assert from "node:assert/strict";
import { test } from "node:test";
import { drawChart } from "./chart.ts";
import { type Figure, Figures, median } from "./figures.ts";
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
  const figures = [figure("bakup", [0.5, 0.4, 0.6], 1), figure("slow", [4], 8), figure("quick", [2, 1, 30], 2)];
  assert.equal(bestPeer(figures)?.program, "quick");
  const lines = formatTable(figures, new Map([["bakup", "bakup 1"]])).split("\n");
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
  assert.match(formatTable(figures.all, new Map()), /^ {2}! peer: exit code 9$/m);
});

function figure(program: string, walls: readonly number[], cpu: number): Figure {
  const samples = walls.map((wall) => ({ wall, cpu, memory: 50e6, written: 2e6 }));
  return { part: "runs", work: "nothing changed", program, samples, troubles: [] };
}

test("the chart has a bar for each program that was measured, the longest for the slowest", () => {
  const figures = [figure("bakup", [1], 1), figure("<slow>", [4], 8)].map((each) => ({
    ...each,
    work: "nothing changed, with rotation",
  }));
  const svg = drawChart(figures, [{ name: "bakup", title: "bakup" }]);
  const widths = [...svg.matchAll(/<rect x=.*? width="([\d.]+)"/g)].map(([, width]) => Number(width));
  assert.deepEqual(widths, [105, 420]);
  assert.match(svg, />&lt;slow>|>&lt;slow&gt;/);
});
