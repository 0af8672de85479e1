import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import "../seed.ts";
import { METADATA } from "../../src/store/layout.ts";
import { callMain } from "../cli/call-main.ts";
import { countCases } from "../safety/cases.ts";
import { temporaryStore } from "../store/make-store.ts";
import { RUNS } from "./runs.ts";

const NAME = "2026-11-22T02-00-13Z";
const NEXT = "2026-11-23T02-00-13Z";

/** A record with some fields as they should be and others as a broken or hostile disk has them. */
const record = fc.record(
  {
    name: fc.oneof({ weight: 9, arbitrary: fc.constant(NAME) }, { weight: 1, arbitrary: fc.jsonValue() }),
    state: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom("complete", "incomplete", "suspect") },
      { weight: 1, arbitrary: fc.jsonValue() },
    ),
    started: fc.oneof(
      { weight: 9, arbitrary: fc.constant("2026-11-22T02:00:13.000Z") },
      { weight: 1, arbitrary: fc.jsonValue() },
    ),
    finished: fc.oneof(
      { weight: 9, arbitrary: fc.constant("2026-11-22T02:00:14.000Z") },
      { weight: 1, arbitrary: fc.jsonValue() },
    ),
    origin: fc.oneof(fc.constant("run"), fc.constant("adopted"), fc.jsonValue()),
    host: fc.jsonValue(),
    profile: fc.jsonValue(),
    backend: fc.jsonValue(),
    entries: fc.jsonValue(),
    bytes: fc.jsonValue(),
    changes: fc.jsonValue(),
    vanished: fc.jsonValue(),
    unreadable: fc.jsonValue(),
    linkLimit: fc.jsonValue(),
    pin: fc.jsonValue(),
    manifest: fc.jsonValue(),
    damage: fc.jsonValue(),
  },
  { requiredKeys: ["name", "state", "started", "finished"] },
);

const HONEST_CODES = [0, 5, 6];

test("whatever a snapshot's record says, every command that reads it ends well or with an error of ours", async (t) => {
  const records = Math.ceil(RUNS / 5);
  const store = temporaryStore(t);
  mkdirSync(join(store.path, NAME));
  mkdirSync(join(store.path, NEXT));
  const file = join(store.path, METADATA, `${NAME}.json`);
  const commands = [
    ["list", "--store", store.path],
    ["list", "--json", "--store", store.path],
    ["rotate", "--dry-run", "--store", store.path],
  ];
  writeFileSync(
    join(store.path, METADATA, `${NEXT}.json`),
    JSON.stringify({
      name: NEXT,
      state: "complete",
      started: "2026-11-23T02:00:13Z",
      finished: "2026-11-23T02:00:14Z",
      origin: "run",
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        { weight: 5, arbitrary: record.map((value) => JSON.stringify(value)) },
        { weight: 1, arbitrary: fc.string() },
        { weight: 1, arbitrary: fc.json() },
      ),
      fc.constantFrom(...commands),
      async (text, command) => {
        writeFileSync(file, text);
        const { code, stderr } = await callMain(...command);
        assert.ok(HONEST_CODES.includes(code), `${command[0]} ended with ${code}: ${stderr}`);
        assert.deepEqual(
          readdirSync(store.path)
            .filter((name) => name.startsWith("2026"))
            .sort(),
          [NAME, NEXT],
        );
      },
    ),
    { numRuns: records },
  );
  countCases(t, records);
});
