import assert from "node:assert/strict";
import { test } from "node:test";
import { lintTimerArgs } from "../../src/schedule/lint.ts";

const CLEAN: string[][] = [
  ["20h", "always"],
  ["20h", "Mon,Tue,Wed,Thu,Fri,00,01,02,03,04,05,19,20,21,22,23", "Sat,Sun,00,01,17,23"],
  ["1n", "Monday 10"],
  ["20h", "Mon:10"],
  ["20h", "*Mon*10*"],
];

for (const args of CLEAN) {
  test(`${args.join(" | ")} has nothing to complain about`, () => assert.deepEqual(lintTimerArgs(args), []));
}

/** Each complaint in order: what it is about, and the fix that it offers. */
const COMPLAINTS: [args: string[], expected: RegExp[]][] = [
  [[], [/no interval.*"20h"/, /no time band.*"always"/]],
  [["20h"], [/no time band.*"always"/]],
  [["20x", "always"], [/"20x" is not an interval.*"20h"/]],
  [["Mon,10", "Tue,11"], [/"Mon,10" stands where the interval belongs.*"20h"/]],
  [["1h30m", "always"], [/"1h30m" counts as 1h; write "90m"/]],
  [["2days", "always"], [/"2days" counts as 2d; write "2d"/]],
  [["1d12h", "always"], [/write "36h"/]],
  [["20h", "Mon"], [/"Mon" never matches.*hour.*"Mon,22,23"/]],
  [["20h", "10"], [/"10" never matches.*day.*"Mon,Tue,10"/]],
  [["20h", "Mon", "10"], [/"Mon" and "10" do not combine.*"Mon,10"/]],
  [["20h", "nonsense"], [/"nonsense" never matches/]],
  [["20h", ""], [/"" never matches/]],
  [["20h", "always,Mon"], [/"always" must stand alone/]],
  [["20h", "Mon,24"], [/"24" in "Mon,24" means no hour; write the hours from 00 to 23/]],
  [["20h", "Mon,22,24"], [/"24" in "Mon,22,24" means no hour/]],
  [["20h", "Mon:10:00"], [/"10:00" in "Mon:10:00" means the hours 00, 10; write the hours.*no minutes/]],
  [["20h", "Mon,0900"], [/"0900" in "Mon,0900" means the hours 00, 09;/]],
  [["20h", "Mon,110"], [/"110" in "Mon,110" means the hours 10, 11;/]],
  [["20h", "!Mon,10"], [/"!Mon,10" leaves nothing out; list the days and hours/]],
  [["20h", "Mon,9"], [/hour 9; write 09/]],
  [["20h", "Mon,9,10"], [/hour 9; write 09/]],
  [["20h", "Mon,08-12"], [/hours 08-12; write 08,09,10,11,12/]],
  [["20h", "Mon,22-02"], [/write 22,23,00,01,02/]],
  [["20h", "Mon-Fri,10"], [/days Mon-Fri; write Mon,Tue,Wed,Thu,Fri/]],
  [["20h", "Sat-Mon,10"], [/write Sat,Sun,Mon/]],
];

for (const [args, expected] of COMPLAINTS) {
  test(`${JSON.stringify(args)} is pointed out, with the fix`, () => {
    const complaints = lintTimerArgs(args).map(({ message }) => message);
    assert.equal(complaints.length, expected.length, complaints.join("\n"));
    for (const [index, pattern] of expected.entries()) {
      assert.match(complaints[index] ?? "", pattern);
    }
  });
}

const PLACES: [args: string[], fatal: number[], warnings: number[]][] = [
  [["20h", "Mon,Tue,00,01"], [], []],
  [["20h"], [], [0]],
  [["1h30m", "always"], [], [0]],
  [["always"], [0], [0]],
  [["-1h", "always"], [0], []],
  [["20h", "always", "00,01"], [], [2]],
  [["20h", "Mon", "10"], [], [1]],
  [["20h", "10", "Mon"], [], [2]],
  [["20h", "always", "Mon-Fri,00"], [], [2]],
];

for (const [args, fatal, warnings] of PLACES) {
  test(`${JSON.stringify(args)}: fatal at [${fatal}], warnings at [${warnings}]`, () => {
    const problems = lintTimerArgs(args);
    const indices = (wanted: boolean) => problems.filter((each) => each.fatal === wanted).map(({ index }) => index);
    assert.deepEqual([indices(true), indices(false)], [fatal, warnings]);
  });
}
