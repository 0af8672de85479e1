import assert from "node:assert/strict";
import { test } from "node:test";
import { absentFrom, judgeAbsence, type Patience } from "../../src/watch/absence.ts";
import { inZone } from "../schedule/zone.ts";

const NIGHTS = ["20h", "Mon,Tue,Wed,Thu,Fri,00,01,02,03,04,05,19,20,21,22,23"];

const CASES: [name: string, patience: Partial<Patience>, from: string, absent: string | null][] = [
  ["two days at least", { timerArgs: ["1h", "always"] }, "2027-03-01T12:00:00Z", "2027-03-03T12:00:00Z"],
  ["twice the interval", { timerArgs: ["3d", "always"] }, "2027-03-01T12:00:00Z", "2027-03-07T12:00:00Z"],
  ["bands that are closed for hours only", { timerArgs: NIGHTS }, "2027-03-01T20:00:00Z", "2027-03-03T20:00:00Z"],
  [
    "a band of one hour a week, and an interval on top",
    { timerArgs: ["20h", "Sun,02"] },
    "2027-03-07T02:10:00Z",
    "2027-03-14T22:00:00Z",
  ],
  ["bands that never match", { timerArgs: ["3d", "Mon"] }, "2027-03-01T12:00:00Z", "2027-03-07T12:00:00Z"],
  ["no arguments", { timerArgs: [] }, "2027-03-01T12:00:00Z", "2027-03-03T12:00:00Z"],
  [
    "a timer script, whose arguments are no bands",
    { timerArgs: ["3d", "Sun,02"], hasTimerScript: true },
    "2027-03-01T12:00:00Z",
    "2027-03-07T12:00:00Z",
  ],
  ["as configured", { configured: 3600, timerArgs: NIGHTS }, "2027-03-01T12:00:00Z", "2027-03-01T13:00:00Z"],
  ["never", { configured: "never" }, "2027-03-01T12:00:00Z", null],
];

for (const [name, patience, from, absent] of CASES) {
  test(`patience ends: ${name}`, () => {
    const settings = { configured: undefined, timerArgs: [], hasTimerScript: false, ...patience };
    const end = inZone("UTC", () => absentFrom(settings, Date.parse(from)));
    assert.equal(end, absent === null ? Number.POSITIVE_INFINITY : Date.parse(absent));
  });
}

const HOUR = 3_600_000;
const patience: Patience = { configured: 3600, timerArgs: [], hasTimerScript: false };

test("the verdicts: alarm and recovery are told once each", () => {
  const judge = (now: number, last: number | undefined, isStanding: boolean) =>
    judgeAbsence({ now, last, watchedSince: 0, isStanding, patience });
  assert.equal(judge(2 * HOUR, HOUR, false), "well");
  assert.equal(judge(2 * HOUR + 1, HOUR, false), "alarm");
  assert.equal(judge(2 * HOUR + 1, HOUR, true), "standing");
  assert.equal(judge(2 * HOUR, HOUR, true), "recovered");
});

test("what never had a snapshot is missed from its first watch on", () => {
  const judge = (now: number) =>
    judgeAbsence({ now, last: undefined, watchedSince: HOUR, isStanding: false, patience });
  assert.deepEqual([judge(2 * HOUR), judge(2 * HOUR + 1)], ["well", "alarm"]);
});
