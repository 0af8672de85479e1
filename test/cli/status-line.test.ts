import assert from "node:assert/strict";
import { test } from "node:test";
import { statusLine } from "../../src/cli/status-line.ts";
import { BakupError } from "../../src/errors/errors.ts";
import { EXIT } from "../../src/errors/exit-codes.ts";

const ended = { exitCode: EXIT.done, startedAt: new Date(), finishedAt: new Date(), removed: [], warnings: 0 };

test("the status names profile and step, how far it is, and how it ended", () => {
  const reports: string[] = [];
  const status = statusLine("laptop", (text) => reports.push(text));
  status.onStep("transfer");
  status.onProgress({ bytes: 512, files: 1 }, { bytes: 1024, files: 2 });
  status.end({ ...ended, snapshot: "2026-11-22T02-00-13Z" });
  status.end({ ...ended, error: new BakupError("the disk is full") });
  assert.equal(reports[0], "laptop: transfer");
  assert.match(reports[1] ?? "", /^laptop: transfer, 50 %, 512 B of 1\.00 KiB, 1 of 2 files, /);
  assert.deepEqual(reports.slice(2), ["laptop: finished, snapshot 2026-11-22T02-00-13Z", "laptop: the disk is full"]);
});

test("of a first transfer the status says how much of the source was looked at, once that is known", () => {
  const reports: string[] = [];
  const { onStep, onProgress } = statusLine("laptop", (text) => reports.push(text));
  onStep("transfer");
  onProgress({ bytes: 512, files: 1, entries: { done: 1, total: 4 } }, undefined);
  assert.match(reports[1] ?? "", /^laptop: transfer, 25 % of 4 entries, 512 B, 1 files, /);
});

test("progress is reported once a second", (t) => {
  let now = 5000;
  t.mock.method(Date, "now", () => now);
  const reports: string[] = [];
  const { onProgress } = statusLine("laptop", (text) => reports.push(text));
  onProgress({ bytes: 1, files: 1 }, undefined);
  now += 999;
  onProgress({ bytes: 2, files: 2 }, undefined);
  assert.equal(reports.length, 1);
  now += 1;
  onProgress({ bytes: 3, files: 3 }, undefined);
  assert.equal(reports.length, 2);
});
