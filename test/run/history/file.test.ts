import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { thisProcess } from "../../../src/lock/machine.ts";
import { appendToHistory, readHistory } from "../../../src/run/history/file.ts";
import type { RunEnd } from "../../../src/run/history/record.ts";
import { profileStateFolder } from "../../../src/run/state-folder.ts";
import { instant, makePlace } from "../make-job.ts";

const HERE = thisProcess();

function prepare(t: TestContext): string {
  makePlace(t);
  mkdirSync(profileStateFolder("laptop"), { recursive: true });
  return join(profileStateFolder("laptop"), "history.jsonl");
}

function begin(run: string, minute: number, process = HERE) {
  appendToHistory("laptop", { event: "begin", run, started: instant(minute).toISOString(), process });
}

function end(run: string, minute: number, changes: Partial<RunEnd> = {}): RunEnd {
  const [started, finished] = [instant(minute).toISOString(), instant(minute + 1).toISOString()];
  const facts = { source: "/home", destination: "/mnt/x/latest", steps: [], removed: [], warnings: 0, log: [] };
  return { event: "end", run, started, finished, exitCode: 0, ...facts, ...changes };
}

test("a profile without runs has no history", (t) => {
  makePlace(t);
  assert.deepEqual(readHistory("laptop"), []);
});

test("a run has ended, still works, or was cut off", (t) => {
  prepare(t);
  begin("a", 0);
  appendToHistory("laptop", end("a", 0));
  begin("b", 2, { ...HERE, ticks: "1" });
  begin("c", 4, { ...HERE, bootId: "before the power cut" });
  begin("d", 6);
  assert.deepEqual(
    readHistory("laptop").map(({ run, state }) => [run, state]),
    [
      ["a", "ended"],
      ["b", "interrupted"],
      ["c", "interrupted"],
      ["d", "running"],
    ],
  );
});

test("of a run that has not ended the last step is known, and the steps of one that has are forgotten in time", (t) => {
  const file = prepare(t);
  const [started, stepStarted] = [instant(0).toISOString(), instant(1).toISOString()];
  const step = (run: string, name: string) =>
    appendToHistory("laptop", { event: "step", run, started, step: name, stepStarted });
  begin("a", 0);
  step("a", "plan");
  appendToHistory("laptop", end("a", 0));
  step("unknown", "plan");
  begin("b", 2, { ...HERE, ticks: "1" });
  step("b", "plan");
  step("b", "transfer");
  const newest = () => readHistory("laptop").find(({ run }) => run === "b");
  const expected = { run: "b", started: instant(2).toISOString(), state: "interrupted", step: "transfer", stepStarted };
  assert.deepEqual(newest(), expected);
  assert.equal(readHistory("laptop").length, 2);
  writeFileSync(file, `${" ".repeat(2 * 1024 * 1024)}\n${readFileSync(file, "utf8")}`);
  appendToHistory("laptop", end("c", 4));
  assert.deepEqual(newest(), expected);
  assert.equal(readFileSync(file, "utf8").match(/"event":"step"/g)?.length, 3);
});

test("a line that a power cut has torn is passed over, and the next one is whole", (t) => {
  const file = prepare(t);
  appendToHistory("laptop", end("a", 0));
  appendFileSync(file, '{"event":"end","run":"torn","started":"2026');
  appendToHistory("laptop", end("b", 2));
  assert.deepEqual(
    readHistory("laptop").map(({ run }) => run),
    ["a", "b"],
  );
});

test("lines that are no records are passed over", (t) => {
  const file = prepare(t);
  writeFileSync(file, '\0\0\0\n[]\nnull\n{"event":"end"}\n{"event":"begin","run":"x","started":"never"}\n{}\n');
  appendToHistory("laptop", end("a", 0));
  assert.equal(readHistory("laptop").length, 1);
});

test("a history stays below its bound, keeps the newest runs, and few of the skips", (t) => {
  const file = prepare(t);
  const log = Array.from({ length: 60 }, (_, index) => `line ${index} ${"x".repeat(60)}`);
  let largest = 0;
  for (let run = 0; run < 1500; run += 1) {
    const isSkip = run % 3 !== 0;
    appendToHistory("laptop", end(`run-${run}`, run, isSkip ? { exitCode: 75, error: "the disk is absent" } : { log }));
    largest = Math.max(largest, statSync(file).size);
  }
  assert.ok(largest < 2.1 * 1024 * 1024, `${largest} bytes`);
  const runs = readHistory("laptop");
  assert.equal(runs.at(-1)?.run, "run-1499");
  assert.ok(runs.filter(({ state }) => state === "ended").length > 150);
  assert.equal(
    readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("{")).length,
    0,
  );
});
