import assert from "node:assert/strict";
import { test } from "node:test";
import { findTimerProblems } from "../../src/config/timer.ts";

const CASES: readonly [args: string[], errors: number[], warnings: number[]][] = [
  [["20h", "Mon,Tue,00,01"], [], []],
  [["20h", "always"], [], []],
  [["0s", "ALWAYS", "sat23"], [], []],
  [["+1h", "always"], [], []],
  [["20h"], [], [0]],
  [["1h30m", "always"], [], [0]],
  [["always"], [0], [0]],
  [["20", "always"], [0], []],
  [["-1h", "always"], [0], []],
  [["20 h", "always"], [0], []],
  [["3y", "always"], [0], []],
  [["20h", "Mon,Tue"], [], [1]],
  [["20h", "Mon,9"], [], [1]],
  [["20h", "always", "00,01"], [], [2]],
  [["20h", "Mon-Fri,00"], [], [1]],
  [["20h", "Mon,08-12"], [], [1]],
];

for (const [args, errors, warnings] of CASES) {
  test(`timer arguments ${args.join(" / ")}: errors at [${errors}], warnings at [${warnings}]`, () => {
    const problems = findTimerProblems(args);
    const indices = (fatal: boolean) => problems.filter((one) => one.fatal === fatal).map(({ index }) => index);
    assert.deepEqual(indices(true), errors);
    assert.deepEqual(indices(false), warnings);
  });
}
