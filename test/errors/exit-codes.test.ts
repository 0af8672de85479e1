import assert from "node:assert/strict";
import { test } from "node:test";
import { describeError, errnoOf, exitCodeOf } from "../../src/errors/describe.ts";
import { BakupError, SnapshotExistsError, StoppedError } from "../../src/errors/errors.ts";
import { EXIT, EXIT_MEANING, type ExitCode, worstExitCode } from "../../src/errors/exit-codes.ts";

test("every exit code has a meaning, and no meaning is without its code", () => {
  assert.deepEqual(
    Object.keys(EXIT_MEANING).map(Number),
    Object.values(EXIT).sort((a, b) => a - b),
  );
});

const cases: [codes: ExitCode[], worst: ExitCode][] = [
  [[], 0],
  [[0, 0], 0],
  [[75, 75], 75],
  [[75, 0], 0],
  [[0, 6], 6],
  [[6, 5, 0], 5],
  [[5, 143], 143],
  [[2, 6], 2],
];
for (const [codes, worst] of cases) {
  test(`of ${codes.join(", ") || "nothing"} the worst is ${worst}`, () => {
    assert.equal(worstExitCode(codes), worst);
  });
}

test("an unexpected error is an internal one", () => {
  assert.equal(exitCodeOf(new TypeError("x")), EXIT.internal);
  assert.equal(exitCodeOf("thrown text"), EXIT.internal);
  assert.equal(exitCodeOf(new BakupError("x")), EXIT.failed);
  assert.equal(exitCodeOf(new StoppedError("SIGINT")), 130);
  assert.equal(exitCodeOf(new StoppedError("SIGTERM")), 143);
});

test("errors carry their name, hint and details", () => {
  const error = new SnapshotExistsError("2026-11-22T02-00-13Z", { hint: "wait" });
  assert.equal(error.name, "SnapshotExistsError");
  assert.equal(error.snapshotId, "2026-11-22T02-00-13Z");
  assert.equal(error.hint, "wait");
  assert.match(describeError(error), /2026-11-22T02-00-13Z/);
  assert.equal(errnoOf(Object.assign(new Error("x"), { code: "ENOENT" })), "ENOENT");
  assert.equal(errnoOf(new Error("x")), undefined);
});
