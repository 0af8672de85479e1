import assert from "node:assert/strict";
import { test } from "node:test";
import { choosePrograms } from "./choose-programs.ts";
import { readOptions, usage, wantsPhase } from "./options.ts";
import { KEPT_NIGHTS, planNights } from "./phases/nights.ts";
import { allPrograms } from "./programs/all.ts";
import { estimateSeconds } from "./progress.ts";
import { PHASES, type Phase, WORK } from "./works.ts";

const names = allPrograms("").map(({ name }) => name);

test("before a night with rotation counts there are as many snapshots as are kept, and one more", () => {
  for (const wanted of [["unchanged"], ["cold"], ["changed"], ["unchanged", "changed"]] as Phase[][]) {
    const nights = planNights((phase) => wanted.includes(phase), 2);
    const first = nights.findIndex(({ work }) =>
      [WORK.unchanged, WORK.unchangedCold, WORK.changed].includes(work as never),
    );
    assert.ok(first === -1 || first > KEPT_NIGHTS, String(first));
  }
});

test("nights are measured as often as is wanted, and the results of the first and the last are checked", () => {
  const nights = planNights((phase) => phase === "unchanged" || phase === "changed", 3);
  const count = (work: string) => nights.filter((night) => night.work === work).length;
  assert.deepEqual([WORK.first, WORK.unchanged, WORK.changed].map(count), [1, 3, 3]);
  assert.deepEqual([nights[0]?.isChecked, nights.at(-1)?.isChecked], [true, true]);
  assert.deepEqual(planNights(() => false, 3).length, 1);
});

test("--only and --skip choose programs and phases apart from each other", () => {
  for (const [args, phases, programs] of [
    [[], PHASES.length, undefined],
    [["--only", "bakup", "--only", "cp-al"], PHASES.length, ["bakup", "cp-al"]],
    [["--only", "steady"], 1, undefined],
    [["--skip", "steady", "--skip", "start-up"], PHASES.length - 2, undefined],
    [["--only", "bakup", "--only", "rsync", "--skip", "rsync"], PHASES.length, ["bakup"]],
    [["--only", "subvolumes"], PHASES.length, []],
  ] as const) {
    const options = readOptions(args, names);
    assert.ok(options);
    assert.equal(PHASES.filter((phase) => wantsPhase(options, phase)).length, phases, args.join(" "));
    if (programs !== undefined) {
      const chosen = choosePrograms(allPrograms(""), options, "ext4");
      assert.deepEqual(
        [...chosen.programs, ...chosen.missing].map(({ name }) => name),
        programs,
      );
    }
  }
});

test("a program that is not installed is named, and not measured", () => {
  const [first, ...others] = allPrograms("").filter(({ fileSystem }) => fileSystem === undefined);
  assert.ok(first);
  const all = [{ ...first, needs: ["no-such-program"] }, ...others];
  const { programs, missing } = choosePrograms(all, { only: [], skip: [] }, "ext4");
  assert.deepEqual(missing.map(({ name }) => name).slice(0, 1), [first.name]);
  assert.ok(!programs.some(({ name }) => name === first.name));
});

test("options that make no sense are refused, and the help names all programs and phases", () => {
  for (const args of [
    ["--files", "12x"],
    ["--files", "10"],
    ["--only", "tar"],
    ["--fs", "vfat"],
    ["--rounds", ""],
  ]) {
    assert.throws(() => readOptions(args, names), /wants a whole number|does not know/);
  }
  assert.deepEqual(readOptions(["--files", "100000,1000000"], names)?.files, [100_000, 1_000_000]);
  for (const name of [...names, ...PHASES]) {
    assert.ok(usage(names).includes(name), name);
  }
});

test("the rest is estimated by the same step, else by the same program, else by all that is done", () => {
  const done = [
    { label: "first run", program: "bakup", seconds: 10 },
    { label: "nothing changed", program: "bakup", seconds: 2 },
    { label: "first run", program: "borg", seconds: 30 },
  ];
  for (const [left, expected] of [
    [[], 0],
    [[{ label: "first run", program: "bakup" }], 10],
    [[{ label: "restore", program: "bakup" }], 6],
    [[{ label: "first run", program: "restic" }], 14],
  ] as const) {
    assert.equal(estimateSeconds(left, done), expected);
  }
  assert.equal(estimateSeconds([{ label: "first run", program: "bakup" }], []), undefined);
});
