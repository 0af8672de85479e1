import assert from "node:assert/strict";
import { test } from "node:test";
import { parseProgress } from "../../src/transfer/progress.ts";

test("rsync's progress lines give bytes and files", () => {
  assert.deepEqual(parseProgress("  1,234,567  45%   12.3MB/s    0:00:01 (xfr#5, to-chk=100/200)"), {
    bytes: 1_234_567,
    files: 5,
    entries: { done: 100, total: 200 },
  });
  assert.deepEqual(parseProgress("  1,234,567  45%   12.3MB/s    0:00:01 (xfr#5, ir-chk=100/200)"), {
    bytes: 1_234_567,
    files: 5,
  });
  assert.deepEqual(parseProgress("         32.768   0%    0.00kB/s    0:00:00"), undefined);
  assert.deepEqual(parseProgress("         32,768   0%    0.00kB/s    0:00:00"), { bytes: 32_768, files: 0 });
});

test("other lines are none", () => {
  assert.equal(parseProgress("Number of files: 1,234"), undefined);
});
