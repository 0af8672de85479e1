import assert from "node:assert/strict";
import { test } from "node:test";
import { addDays, type Day, dayOf, parseDay, weekStart } from "../../src/pool/calendar.ts";
import { archiveName } from "../../src/pool/collect/archive-name.ts";
import { isTooOld } from "../../src/pool/diagnostics.ts";
import { isFailureIgnored } from "../../src/pool/stage/ignore.ts";
import { discLabel } from "../../src/pool/store/label.ts";
import { freeBytes } from "../../src/pool/store/media.ts";
import { beginsNewDisc } from "../../src/pool/store/new-disc.ts";
import { isFullDay, rememberFull } from "../../src/pool/week.ts";

const day = (text: string) => text as Day;

test("days are those of the local calendar, over months, years and changes of the clock", () => {
  assert.equal(dayOf(new Date(2026, 10, 5, 23, 59)), "2026/11/05");
  assert.equal(addDays(day("2026/12/31"), 1), "2027/01/01");
  assert.equal(addDays(day("2028/02/28"), 1), "2028/02/29");
  assert.equal(addDays(day("2026/03/29"), -1), "2026/03/28");
  assert.deepEqual(
    [parseDay("2026/02/29"), parseDay("2026/2/3"), parseDay("2026/02/03")],
    [undefined, undefined, "2026/02/03"],
  );
});

test("a week begins on the newest starting day, today included", () => {
  assert.equal(weekStart(day("2026/11/24"), "tuesday"), "2026/11/24");
  assert.equal(weekStart(day("2026/11/24"), "wednesday"), "2026/11/18");
  assert.equal(weekStart(day("2026/11/01"), "monday"), "2026/10/26");
});

// The week begins on Monday, the 23rd.
const FULL: [today: string, full: boolean, lastFull: string | undefined, expected: boolean][] = [
  ["2026/11/23", false, undefined, true],
  ["2026/11/23", false, "2026/11/23", true],
  ["2026/11/24", false, undefined, false],
  ["2026/11/24", true, "2026/11/23", true],
  ["2026/11/24", false, "2026/11/23", false],
  ["2026/11/25", false, "2026/11/24", false],
  ["2026/11/25", false, "2026/11/16", true],
  ["2026/11/25", false, "2026/11/22", true],
];

for (const [today, full, lastFull, expected] of FULL) {
  test(`${today}${full ? " with --full" : ""}, the last full one on ${lastFull}: ${expected ? "full" : "not full"}`, () => {
    const last = lastFull === undefined ? undefined : day(lastFull);
    assert.equal(isFullDay(day(today), { startingDay: "monday", full, lastFull: last }), expected);
  });
}

test("where nothing was known, the week's start counts as the last full day", () => {
  const options = { startingDay: "monday", lastFull: undefined } as const;
  assert.equal(rememberFull(day("2026/11/25"), { ...options, wasFull: false }), "2026/11/23");
  assert.equal(rememberFull(day("2026/11/25"), { ...options, wasFull: true }), "2026/11/25");
});

const NAMES: [path: string, name: string][] = [
  ["/tmp/x/tree/etc", "tmp-x-tree-etc.tar.gz"],
  ["/", "_.tar.gz"],
  ["/.hidden/dir", "_hidden-dir.tar.gz"],
  ["/home/jane doe/a:b\\c", "home-jane_doe-a_b-c.tar.gz"],
];

for (const [path, name] of NAMES) {
  test(`the archive of ${path} is ${name}`, () => {
    assert.equal(archiveName(path, "targz"), name);
  });
}

const NEW_DISC: [facts: Partial<Parameters<typeof beginsNewDisc>[0]>, expected: boolean][] = [
  [{}, false],
  [{ isWeeksFirst: true }, true],
  [{ full: true }, true],
  [{ blankMode: "daily", blankFactor: 1.3, freeBytes: 1000, neededBytes: 499 }, false],
  [{ blankMode: "daily", blankFactor: 2, freeBytes: 1000, neededBytes: 499 }, true],
  [{ blankMode: "weekly", blankFactor: 2, freeBytes: 1000, neededBytes: 499 }, false],
  [{ blankMode: "weekly", blankFactor: 2, freeBytes: 1000, neededBytes: 499, isWeeksFirst: true }, true],
  [{ blankMode: "weekly", blankFactor: 1.3, freeBytes: 1000, neededBytes: 499, isWeeksFirst: true }, false],
  [{ blankMode: "weekly", blankFactor: 1.3, freeBytes: 1000, neededBytes: 499, full: true }, true],
];

for (const [facts, expected] of NEW_DISC) {
  test(`${JSON.stringify(facts)} ${expected ? "begins a new disc" : "adds a session"}`, () => {
    const rest = { full: false, isWeeksFirst: false, blankMode: undefined, blankFactor: undefined };
    assert.equal(beginsNewDisc({ ...rest, freeBytes: 1e9, neededBytes: 1, ...facts }), expected);
  });
}

test("a disc holds what Cedar Backup says, less what was written and what a session takes", () => {
  const empty = { usedSectors: 0, capacityBytes: undefined };
  assert.equal(freeBytes("cdrw-74", empty), 650 * 1024 * 1024 - 11_400 * 2048);
  assert.equal(freeBytes("cdr-80", { ...empty, usedSectors: 1000 }), 700 * 1024 * 1024 - 7_900 * 2048);
  assert.equal(freeBytes("dvd+r", empty), Math.floor(4.4 * 1024 * 512) * 2048);
  assert.equal(freeBytes("bd-re", empty), 25_025_314_816);
  assert.equal(freeBytes("dvd+rw", { usedSectors: 10, capacityBytes: 20 * 2048 }), 10 * 2048);
  assert.equal(freeBytes("dvd+rw", { usedSectors: 30, capacityBytes: 20 * 2048 }), 0);
});

test("the label of a disc is that of Cedar Backup", () => {
  assert.equal(discLabel(day("2027/03/02")), "CEDAR BACKUP 02-MAR-2027");
});

test("a peer may be away on the days that ignore_failures names", () => {
  const modes = ["none", "all", "daily", "weekly"] as const;
  assert.deepEqual(
    modes.map((mode) => isFailureIgnored(mode, true)),
    [false, true, false, true],
  );
  assert.deepEqual(
    modes.map((mode) => isFailureIgnored(mode, false)),
    [false, true, true, false],
  );
});

test("Node.js before 18.19 is too old", () => {
  assert.deepEqual(["16.20.2", "18.18.2", "18.19.0", "20.0.0"].map(isTooOld), [true, true, false, false]);
});
