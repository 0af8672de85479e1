import assert from "node:assert/strict";
import { test } from "node:test";
import { parseInterval } from "../../src/schedule/interval.ts";

const CASES: [text: string, seconds: number | undefined, rest?: string][] = [
  ["20s", 20],
  ["5m", 300],
  ["20h", 72_000],
  ["1d", 86_400],
  ["2w", 1_209_600],
  ["1n", 2_592_000],
  ["0s", 0],
  ["-0h", 0],
  ["+1h", 3600],
  [" 1h", 3600],
  ["010h", 36_000],
  ["1h30m", 3600, "30m"],
  ["2days", 172_800, "ays"],
  ["20", undefined],
  ["h", undefined],
  ["", undefined],
  ["20 h", undefined],
  ["20H", undefined],
  ["1.5h", undefined],
  ["-1h", undefined],
  ["3y", undefined],
];

for (const [text, seconds, rest = ""] of CASES) {
  test(`"${text}" is ${seconds === undefined ? "no interval" : `${seconds} seconds`}`, () => {
    assert.deepEqual(parseInterval(text), seconds === undefined ? undefined : { seconds, rest });
  });
}
