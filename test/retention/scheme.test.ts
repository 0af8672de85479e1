import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_ROTATION_SCHEME, parseKeepCount, parseKeepOption } from "../../src/retention/scheme.ts";

const COUNTS: [text: string, count: number | "always" | undefined][] = [
  ["7", 7],
  [" 24 ", 24],
  ["always", "always"],
  ["Always", "always"],
  ["0", undefined],
  ["-1", undefined],
  ["+1", undefined],
  ["", undefined],
  ["7.0", undefined],
  ["1e2", undefined],
  ["0x10", undefined],
  ["7d", undefined],
  ["99999999999999999999", undefined],
];

for (const [text, count] of COUNTS) {
  test(`"${text}" is ${count === undefined ? "no count" : `the count ${count}`}`, () => {
    assert.equal(parseKeepCount(text), count);
  });
}

const OPTIONS: [text: string, expected: ReturnType<typeof parseKeepOption>][] = [
  ["daily=7", { frequency: "daily", count: 7 }],
  ["Monthly=ALWAYS", { frequency: "monthly", count: "always" }],
  ["daily", undefined],
  ["daily=", undefined],
  ["daily=0", undefined],
  ["daily=7=8", undefined],
  ["fortnightly=2", undefined],
  ["=7", undefined],
];

for (const [text, expected] of OPTIONS) {
  test(`--keep ${text} is ${expected === undefined ? "refused" : "read"}`, () => {
    assert.deepEqual(parseKeepOption(text), expected);
  });
}

test("the default scheme is that of rsync-system-backup", () => {
  assert.deepEqual(DEFAULT_ROTATION_SCHEME, { hourly: 24, daily: 7, weekly: 4, monthly: "always" });
});
