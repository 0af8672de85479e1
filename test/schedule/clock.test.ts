import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClockFacts, isRotationHeld, judgeClock } from "../../src/schedule/clock.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2027, 2, 1, 12);

/** The machine was started ten hours before the last look, which was 20 minutes ago by the time that passed. */
function after(setByMs: number, changes: Partial<ClockFacts> = {}): ClockFacts {
  const uptimeMs = 10 * HOUR;
  return {
    reading: { nowMs: NOW + HOUR / 3 + setByMs, uptimeMs: uptimeMs + HOUR / 3, bootId: "this" },
    memory: { bootId: "this", bootedMs: NOW - uptimeMs, seenMs: NOW, uptimeMs },
    lastStartMs: NOW - 5 * HOUR,
    jump: undefined,
    ...changes,
  };
}

/** By how many hours the clock was set, where that is noticed. */
function noticed(facts: ClockFacts): number | undefined {
  const { jump, isNew } = judgeClock(facts);
  assert.equal(isNew, jump !== undefined);
  return jump === undefined ? undefined : Math.round(jump.bySeconds / 3600);
}

const OTHER_START = { bootId: "other", bootedMs: NOW - 90 * DAY, seenMs: NOW, uptimeMs: 90 * DAY };

const CASES: readonly [name: string, facts: ClockFacts, hours: number | undefined][] = [
  ["a clock that runs", after(0), undefined],
  ["a clock that is set by 23 hours", after(23 * HOUR), undefined],
  ["a clock that is set back by 23 hours", after(-23 * HOUR), undefined],
  ["a clock that is set forward by 10 days", after(10 * DAY), 240],
  ["a clock that is set back by 10 days", after(-10 * DAY), -240],
  ["the first look of all", after(0, { memory: undefined }), undefined],
  ["the first look, and a backup in the future", after(0, { memory: undefined, lastStartMs: NOW + 30 * DAY }), -720],
  ["a backup 20 hours in the future", after(0, { lastStartMs: NOW + 20 * HOUR }), undefined],
  ["no backup yet", after(0, { lastStartMs: undefined }), undefined],
  ["a restart", after(0, { memory: OTHER_START }), undefined],
  ["a restart with a clock that was set forward", after(10 * DAY, { memory: OTHER_START }), undefined],
  ["a restart with a clock that was set back", after(-10 * DAY, { memory: OTHER_START, lastStartMs: undefined }), -240],
  [
    "a container that starts anew on the same host, with a time of its own since then",
    after(0, { memory: { bootId: "this", bootedMs: NOW - 30 * DAY, seenMs: NOW, uptimeMs: 30 * DAY } }),
    undefined,
  ],
];

for (const [name, facts, hours] of CASES) {
  test(`${name}: ${hours === undefined ? "no jump" : `a jump of ${hours} hours`}`, () => {
    assert.equal(noticed(facts), hours);
  });
}

const JUMP = { noticedMs: NOW, bySeconds: -864_000, owesBackup: true };

test("a jump that is known is no news, and stays while it owes a backup or is not a day old", () => {
  const later = (hours: number) => ({ reading: { nowMs: NOW + hours * HOUR, uptimeMs: 99 * DAY, bootId: "this" } });
  const memory = { bootId: "this", bootedMs: NOW - 99 * DAY, seenMs: NOW, uptimeMs: 99 * DAY };
  const ask = (hours: number, owesBackup: boolean, lastStartMs: number) =>
    judgeClock({
      ...later(hours),
      memory: { ...memory, bootedMs: NOW + (hours * HOUR - 99 * DAY) },
      lastStartMs,
      jump: { ...JUMP, owesBackup },
    });
  const future = NOW + 10 * DAY;
  assert.deepEqual(ask(1, true, future), { jump: JUMP, isNew: false });
  assert.deepEqual(ask(50, true, future), { jump: JUMP, isNew: false });
  assert.deepEqual(ask(1, false, NOW), { jump: { ...JUMP, owesBackup: false }, isNew: false });
  assert.deepEqual(ask(25, false, NOW), { isNew: false });
});

test("a second jump replaces the first", () => {
  const { jump, isNew } = judgeClock(after(10 * DAY, { jump: { ...JUMP, owesBackup: false } }));
  assert.deepEqual([isNew, jump?.bySeconds, jump?.owesBackup], [true, 864_000, true]);
});

test("rotation is held for a day", () => {
  assert.deepEqual(
    [0, 23, 24, 25].map((hours) => isRotationHeld(JUMP, NOW + hours * HOUR)),
    [true, true, false, false],
  );
});
