import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDuration, parseDurationSeconds } from "../../src/units/duration.ts";
import { formatBytes, formatCount, parseBytes, plural } from "../../src/units/size.ts";

for (const [text, seconds] of [
  ["90", 90],
  ["90s", 90],
  ["5m", 300],
  ["2h", 7200],
  ["1d", 86_400],
  ["1w", 604_800],
  [" 5m ", 300],
  ["0", undefined],
  ["-5m", undefined],
  ["5 m", undefined],
  ["5M", undefined],
  ["1.5h", undefined],
  ["", undefined],
  ["99999999999999999w", undefined],
] as const) {
  test(`the duration ${JSON.stringify(text)} is ${seconds} seconds`, () => {
    assert.equal(parseDurationSeconds(text), seconds);
  });
}

for (const [seconds, text] of [
  [0, "0 seconds"],
  [1, "1 second"],
  [1.44, "1.4 seconds"],
  [59.6, "1 minute"],
  [61, "1 minute 1 second"],
  [3600, "1 hour"],
  [7500, "2 hours 5 minutes"],
  [90_061, "1 day 1 hour"],
] as const) {
  test(`${seconds} seconds read "${text}"`, () => {
    assert.equal(formatDuration(seconds), text);
  });
}

for (const [bytes, text] of [
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.00 KiB"],
  [1536, "1.50 KiB"],
  [10_485_760, "10.0 MiB"],
  [1_299_227_607, "1.21 GiB"],
  [2 ** 50 * 2000, "2000 PiB"],
] as const) {
  test(`${bytes} bytes read "${text}"`, () => {
    assert.equal(formatBytes(bytes), text);
  });
}

test("counts have their thousands apart and their nouns right", () => {
  assert.equal(formatCount(1_234_567), "1,234,567");
  assert.equal(formatCount(12), "12");
  assert.equal(plural(1, "file"), "1 file");
  assert.equal(plural(2000, "file"), "2,000 files");
  assert.equal(plural(2, "entry", "entries"), "2 entries");
});

for (const [text, bytes] of [
  ["500", 500],
  ["500 B", 500],
  ["64K", 65_536],
  ["1.5 GiB", 1_610_612_736],
  ["2tb", 2_199_023_255_552],
  ["0", undefined],
  ["-1", undefined],
  ["1e3", undefined],
  ["K", undefined],
  ["9999999P", undefined],
  ["", undefined],
] as const) {
  test(`the size ${JSON.stringify(text)} is ${bytes} bytes`, () => {
    assert.equal(parseBytes(text), bytes);
  });
}
