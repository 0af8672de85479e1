import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { planRotation } from "../../src/retention/plan.ts";
import { parseSnapshotName } from "../../src/store/names.ts";
import { BAKUP } from "../run/child.ts";
import { makePlace } from "./place.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SCHEME = { hourly: 3, daily: 4 } as const;

const SETTINGS = `[schedule]
timer_arg[] = 20h
timer_arg[] = always
[rotation]
hourly = ${SCHEME.hourly}
daily = ${SCHEME.daily}
[notifications]
desktop = no
`;

/**
 * A profile on a machine whose clock is off by so many seconds, as the test says. The time since the machine's start is
 * the real one.
 */
function prepare(t: TestContext) {
  const place = makePlace(t, SETTINGS);
  const config = join(place.folder, "bakup.conf");
  const call = (offset: number, ...args: string[]) => {
    const program = ["-f", `${offset < 0 ? "" : "+"}${offset}s`, ...BAKUP, ...args];
    // The times of files stay as they are.
    const env = { ...process.env, NO_FAKE_STAT: "1" };
    const { status, stdout, stderr } = spawnSync("faketime", program, { encoding: "utf8", env });
    return { code: status, stdout, stderr };
  };
  let edits = 0;
  const logged = (offset: number, ...args: string[]) => {
    edits += 1;
    place.write("file", `edit ${edits}\n`);
    const { code, stderr } = call(offset, ...args, "--log-format", "json");
    const log = stderr.split("\n").filter((line) => line.startsWith("{"));
    const told = log.map((line) => JSON.parse(line)) as { BAKUP_KIND: string; MESSAGE: string; PRIORITY: number }[];
    const count = (kind: string) => told.filter(({ BAKUP_KIND }) => BAKUP_KIND === kind).length;
    return {
      code,
      warnings: told.filter(({ PRIORITY }) => PRIORITY <= 4).map(({ BAKUP_KIND }) => BAKUP_KIND),
      postponed: count("rotationPostponed"),
      removed: count("snapshotRemoved"),
    };
  };
  const snapshots = () => readdirSync(place.store).filter((name) => parseSnapshotName(name) !== undefined);
  return {
    ...place,
    call: (offset: number, command: string, ...args: string[]) => call(offset, command, "--config", config, ...args),
    poll: (offset: number) => logged(offset, "run", "--config", config, "--timed"),
    /** A run without the profile. */
    backUpPlainly: (offset: number) =>
      logged(offset, "backup", "--disable-notifications", place.source, join(place.store, "latest")),
    snapshots,
  };
}

type Machine = ReturnType<typeof prepare>;

/** So many daily backups until an hour ago, put in order by rotation. */
async function makeHistory({ backUp, write }: Machine): Promise<void> {
  for (const days of [6, 5, 4, 3, 2, 1, 0]) {
    write("file", `of ${days} days ago\n`);
    const report = await backUp(new Date(Date.now() - (days * DAY + HOUR) * 1000).toISOString());
    assert.equal(report.exitCode, 0);
  }
}

/** What rotation keeps at a time, of snapshots that were made by a right clock. */
function keptBy(names: readonly string[], offset: number): string[] {
  const request = { snapshots: names.map((name) => ({ name })), scheme: SCHEME, now: Date.now() + offset * 1000 };
  return planRotation(request).flatMap(({ name, action }) => (action === "keep" ? [name] : []));
}

for (const [direction, jump] of [
  ["forward", 10 * DAY],
  ["back", -10 * DAY],
] as const) {
  test(`the clock is set ${direction} by days: a backup, one warning, and no rotation for a day`, async (t) => {
    const machine = prepare(t);
    const { poll, call, snapshots } = machine;
    await makeHistory(machine);
    assert.equal(poll(0).code, 75);
    const before = snapshots();
    const due = call(jump, "due", "--json");
    assert.deepEqual([due.code, JSON.parse(due.stdout).profiles[0].rule], [0, "clock"]);
    const first = poll(jump);
    assert.deepEqual(first, { code: 0, warnings: ["clockJumped"], postponed: 1, removed: 0 });
    const second = poll(jump + 20 * MINUTE);
    assert.deepEqual(second, { code: 75, warnings: [], postponed: 0, removed: 0 });
    const status = call(jump + 20 * MINUTE, "status").stdout;
    assert.match(status, new RegExp(`the clock was set ${direction} by .*; nothing is rotated until `));
    const nextDay = poll(jump + 21 * HOUR);
    assert.deepEqual([nextDay.code, nextDay.postponed, nextDay.removed], [0, 1, 0]);
    assert.deepEqual(
      before.filter((name) => !snapshots().includes(name)),
      [],
    );
    const resumed = poll(jump + 42 * HOUR);
    assert.deepEqual([resumed.code, resumed.postponed], [0, 0]);
    assert.doesNotMatch(call(jump + 42 * HOUR, "status").stdout, /the clock was set/);
  });

  test(`a clock that was wrong for an hour (${direction}) costs no snapshot that a right one would have kept`, async (t) => {
    const machine = prepare(t);
    const { poll, snapshots } = machine;
    await makeHistory(machine);
    const right = snapshots();
    assert.equal(poll(0).code, 75);
    assert.equal(poll(jump).code, 0);
    const wrong = snapshots().filter((name) => !right.includes(name));
    assert.equal(wrong.length, 1);
    assert.deepEqual(poll(HOUR), { code: 0, warnings: ["clockJumped"], postponed: 1, removed: 0 });
    assert.deepEqual(poll(22 * HOUR).postponed, 1);
    assert.equal(poll(43 * HOUR).postponed, 0);
    const made = snapshots().filter((name) => !wrong.includes(name) && !right.includes(name));
    const kept = keptBy([...right, ...made], 43 * HOUR);
    assert.deepEqual(
      kept.filter((name) => !snapshots().includes(name)),
      [],
    );
    const gone = right.filter((name) => !snapshots().includes(name));
    assert.ok(gone.length > 0, "rotation has resumed");
  });
}

test("a backup that the jump asks for and that fails is asked for again, and nobody is warned again", async (t) => {
  const machine = prepare(t);
  await makeHistory(machine);
  assert.equal(machine.poll(0).code, 75);
  renameSync(machine.source, `${machine.source}.away`);
  assert.equal(machine.call(-10 * DAY, "run", "--timed").code, 5);
  renameSync(`${machine.source}.away`, machine.source);
  const again = machine.poll(-10 * DAY + 20 * MINUTE);
  assert.deepEqual([again.code, again.warnings], [0, []]);
  assert.equal(machine.poll(-10 * DAY + 40 * MINUTE).code, 75);
});

for (const jump of [10 * DAY, -10 * DAY]) {
  test(`a run without a profile notices a clock that was set by ${jump / DAY} days, and rotates nothing for a day`, (t) => {
    const { backUpPlainly } = prepare(t);
    assert.deepEqual(backUpPlainly(0), { code: 0, warnings: [], postponed: 0, removed: 0 });
    assert.deepEqual(backUpPlainly(jump), { code: 0, warnings: ["clockJumped"], postponed: 1, removed: 0 });
    assert.deepEqual(backUpPlainly(jump + 20 * HOUR), { code: 0, warnings: [], postponed: 1, removed: 0 });
    const { code, warnings, postponed } = backUpPlainly(jump + 40 * HOUR);
    assert.deepEqual([code, warnings.includes("clockJumped"), postponed], [0, false, 0]);
  });
}

test("bakup rotate by hand rotates all the same, with a warning", async (t) => {
  const machine = prepare(t);
  await makeHistory(machine);
  assert.equal(machine.poll(0).code, 75);
  assert.equal(machine.poll(10 * DAY).removed, 0);
  const { code, stdout, stderr } = machine.call(10 * DAY + MINUTE, "rotate");
  assert.equal(code, 0);
  assert.match(stderr, /warning: the clock was set forward by 10 days.*, and rotation goes by the clock/);
  assert.match(stdout, /[1-9]\d* removed/);
});

test("a state that cannot be written costs warnings, and no backup", (t) => {
  const machine = prepare(t);
  mkdirSync(join(machine.folder, "state/profiles/box/state.json"), { recursive: true });
  const { code, warnings } = machine.poll(0);
  assert.equal(code, 0);
  assert.deepEqual(warnings, ["warning", "warning"]);
  assert.equal(machine.snapshots().length, 1);
});
