import assert from "node:assert/strict";
import { test } from "node:test";
import { XMLValidator } from "fast-xml-parser";
import { drawChart } from "./chart.ts";
import { figure, makeTrial } from "./make-trial.ts";
import { WORK } from "./works.ts";

const trial = makeTrial({
  figures: [
    figure(WORK.unchanged, "<slow>", [4]),
    figure(WORK.unchanged, "bakup", [1]),
    figure(WORK.changed, "bakup", [2]),
    figure(WORK.first, "bakup", [2]),
  ],
});

test("the charts are well-formed, and nothing in them lies outside", () => {
  for (const scheme of ["light", "dark"] as const) {
    const svg = drawChart(trial, scheme);
    assert.equal(XMLValidator.validate(svg), true);
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)?.map(Number) ?? [];
    assert.equal(width, 720);
    for (const [, x, y] of svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"/g)) {
      assert.ok(Number(x) < 720 - 50 && Number(y) < (height ?? 0), `${x} ${y}`);
    }
  }
});

test("a bar for each program that was measured: the quickest on top, the longest for the slowest", () => {
  const svg = drawChart(trial, "light");
  const bars = [...svg.matchAll(/<rect x=.*? width="([\d.]+)".*? fill="(.*?)"/g)].map(([, width, fill]) => ({
    width: Number(width),
    fill,
  }));
  assert.deepEqual(
    bars.map(({ width }) => width),
    [88.5, 354, 354],
  );
  assert.notEqual(bars[0]?.fill, bars[1]?.fill);
  assert.match(svg, />&lt;slow&gt; &amp; co</);
  assert.match(svg, />4\.00 s \(4\.0×\)</);
  assert.doesNotMatch(svg, /first run/);
});

test("light and dark are different pictures", () => {
  assert.notEqual(drawChart(trial, "light"), drawChart(trial, "dark"));
});
