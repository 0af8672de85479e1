import assert from "node:assert/strict";
import { test } from "node:test";
import { StoreError } from "../../src/errors/errors.ts";
import { type CommitRecord, checkRecord } from "../../src/store/records.ts";

const NAME = "2026-11-22T02-00-13Z";
const TIME = "2026-11-22T02:00:13.000Z";

const WHOLE: CommitRecord = {
  name: NAME,
  state: "damaged",
  started: TIME,
  finished: TIME,
  origin: "run",
  host: "laptop",
  profile: "laptop",
  source: "/home",
  backend: "hardlink",
  entries: 3,
  bytes: 0,
  changes: { created: 1, changed: 1, attributes: 0, deleted: 0, bytes: 7 },
  vanished: 0,
  unreadable: 0,
  linkLimit: 0,
  pin: { reason: "before the upgrade", since: TIME },
  manifest: { sha256: "00", entries: 3, ofMirror: true },
  verified: { parts: [TIME, null], broken: { part: 1, after: "a/b" } },
  damage: { found: TIME, count: 1, was: "complete" },
  restoreTest: { when: TIME, files: 3 },
};

/** What a value cannot be instead. */
const INSTEAD: Readonly<Record<string, readonly unknown[]>> = {
  string: [null, 1, {}],
  number: [null, "1", -1, 1.5],
  boolean: [null, "yes", 0],
  object: ["x", 1, {}],
};

/** Texts that are not any text. */
const NO_SUCH_WORD = [
  "state",
  "started",
  "finished",
  "origin",
  "pin.since",
  "damage.found",
  "damage.was",
  "restoreTest.when",
];

function check(json: object): CommitRecord {
  return checkRecord({ ...json }, NAME, "/mnt/backup");
}

/** A copy in which one field, by its path, is another value. */
function withField(json: object, [name = "", ...rest]: readonly string[], value: unknown): object {
  const fields: Record<string, unknown> = { ...json };
  return { ...json, [name]: rest.length === 0 ? value : withField(Object(fields[name]), rest, value) };
}

function pathsOf(json: object): string[] {
  return Object.entries(json).flatMap(([name, value]) =>
    typeof value === "object" && !Array.isArray(value)
      ? [name, ...pathsOf(value).map((path) => `${name}.${path}`)]
      : [name],
  );
}

test("a record is one with all fields, with the necessary ones, and with those of a later version", () => {
  const { name, state, started, finished } = WHOLE;
  for (const record of [
    WHOLE,
    { name, state, started, finished },
    { ...WHOLE, colour: "green", pin: { ...WHOLE.pin, by: 1 } },
  ]) {
    assert.deepEqual(check(record), record);
  }
});

test("a record without a necessary field is damaged, and so is one of another snapshot", () => {
  for (const field of ["name", "state", "started", "finished"]) {
    assert.throws(() => check(withField(WHOLE, [field], undefined)), StoreError, field);
  }
  assert.throws(() => check({ ...WHOLE, name: "2026-11-22T02-00-14Z" }), StoreError);
});

test("a record is damaged when any of its fields is of another kind", () => {
  for (const path of pathsOf(WHOLE)) {
    const value = path.split(".").reduce((each, name) => Object(each)[name], Object(WHOLE));
    for (const wrong of INSTEAD[typeof value] ?? []) {
      assert.throws(
        () => check(withField(WHOLE, path.split("."), wrong)),
        StoreError,
        `${path}: ${JSON.stringify(wrong)}`,
      );
    }
  }
  assert.throws(() => check({ ...WHOLE, verified: { parts: [TIME, "yesterday"] } }), StoreError);
});

test("a time must be one, and a word one of those that are known", () => {
  for (const path of NO_SUCH_WORD) {
    assert.throws(() => check(withField(WHOLE, path.split("."), "green")), StoreError, path);
  }
  assert.throws(() => check({ ...WHOLE, damage: { ...WHOLE.damage, was: "damaged" } }), StoreError);
});
