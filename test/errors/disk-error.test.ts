import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { exitCodeOf } from "../../src/errors/describe.ts";
import { explainDiskError } from "../../src/errors/disk-error.ts";
import { BakupError, StoreError } from "../../src/errors/errors.ts";

function systemError(code: string, path?: string): Error {
  return Object.assign(new Error(`${code}: oh`), { code, syscall: "open", ...(path === undefined ? {} : { path }) });
}

test("what the system says of a disk is an ordinary failure with a hint, and names the path in the store", () => {
  const explained = explainDiskError(systemError("ENOSPC", "/proc/77/fd/19/.bakup/new/x"));
  assert.ok(explained instanceof BakupError);
  assert.equal(explained.message, "the disk refused to open .bakup/new/x: no space left");
  assert.match(explained.hint ?? "", /df -i/);
  assert.equal(exitCodeOf(explained), 5);
  assert.equal(exitCodeOf(explainDiskError(systemError("EIO"))), 5);
});

test("a used-up quota is one too, although Node.js has no name for it", () => {
  const error = Object.assign(new Error("x"), { code: "Unknown system error -122", errno: -122, syscall: "write" });
  const explained = explainDiskError(error);
  assert.ok(explained instanceof BakupError);
  assert.equal(explained.message, "the disk refused to write: the quota is used up");
});

test("errors of our own, mistakes, and errors that are not about a disk stay what they are", () => {
  for (const error of [new StoreError("x"), new TypeError("x"), systemError("ENOENT", "/x"), "text", undefined]) {
    assert.equal(explainDiskError(error), error);
  }
});

test("a real read-only file system is recognised", () => {
  assert.throws(
    () => readFileSync("/proc/self/mem"),
    (error) => explainDiskError(error) instanceof BakupError,
  );
  assert.throws(
    () => mkdirSync("/proc/bakup"),
    (error) => explainDiskError(error) === error,
  );
});
