import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { findWait } from "../../src/conditions/find-wait.ts";
import { decide } from "../../src/schedule/decide.ts";
import { seededRandom } from "../bench/random.ts";
import "../seed.ts";

/** Clocks are put forward and back in this year. */
process.env.TZ = "Europe/Berlin";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const POLL_MINUTES = 20;
const INTERVAL_MS = 20 * HOUR_MS;
const TIMER_ARGS = [
  "20h",
  "Mon,Tue,Wed,Thu,Fri,00,01,02,03,04,05,19,20,21,22,23",
  "Sat,Sun,08,09,10,17,18,19,20,21,22,23",
];
const YEAR = { first: Date.UTC(2026, 11, 31, 23), last: Date.UTC(2027, 11, 31, 23) };

/** The same bands, read from the days and hours of a calendar. */
function isInBand(instant: number): boolean {
  const local = new Date(instant);
  const [day, hour] = [local.getDay(), local.getHours()];
  return day === 0 || day === 6 ? (hour >= 8 && hour <= 10) || hour >= 17 : hour <= 5 || hour >= 19;
}

/** What a laptop is like in one minute. */
interface Minute {
  instant: number;
  isAwake: boolean;
  hasWoken: boolean;
  isOnBattery: boolean;
  hasDisk: boolean;
}

/** A laptop's year, minute by minute: each state lasts for a random time, in hours up to twice the mean. */
function* yearOf(random: () => number): Generator<Minute> {
  const awake = spells(random, { yes: 5, no: 7 });
  const battery = spells(random, { yes: 3, no: 9 });
  const disk = spells(random, { yes: 20, no: 8 });
  let wasAwake = false;
  for (let instant = YEAR.first; instant < YEAR.last; instant += MINUTE_MS) {
    const isAwake = awake();
    yield { instant, isAwake, hasWoken: isAwake && !wasAwake, isOnBattery: battery(), hasDisk: disk() };
    wasAwake = isAwake;
  }
}

/** Asked once a minute. */
function spells(random: () => number, meanHours: { yes: number; no: number }): () => boolean {
  let [holds, minutesLeft] = [false, 0];
  return () => {
    if (minutesLeft === 0) {
      holds = !holds;
      minutesLeft = 1 + Math.floor(random() * 2 * 60 * (holds ? meanHours.yes : meanHours.no));
    }
    minutesLeft -= 1;
    return holds;
  };
}

interface Skip {
  instant: number;
  rule: string;
  reason: string;
  next: string | null;
}

/** One poll of the timer: what the steps of a run decide, in their order. */
async function poll({ instant, isOnBattery, hasDisk }: Minute, lastStart: number | null): Promise<Skip | undefined> {
  const decision = decide({ now: instant, lastStart, timerArgs: TIMER_ARGS, flagFile: false, force: false });
  if (decision.decision !== "backup") {
    return { instant, ...decision };
  }
  const machine = {
    onBattery: async () => isOnBattery,
    networkManager: async () => undefined,
    hasRouteOut: () => false,
  };
  const rules = { onBattery: "wait", onMetered: "wait", withoutNetwork: "wait" } as const;
  const wait = await findWait(rules, { leavesMachine: false, machine });
  if (wait !== undefined) {
    return { instant, rule: wait.condition, reason: wait.reason, next: null };
  }
  return hasDisk ? undefined : { instant, rule: "disk", reason: "the disk is not there", next: null };
}

interface Year {
  starts: number[];
  skips: Skip[];
  /** The longest time in minutes in which a backup could have begun and did not. */
  longestMissed: number;
}

async function simulate(random: () => number): Promise<Year> {
  const year: Year = { starts: [], skips: [], longestMissed: 0 };
  let missed = 0;
  for (const minute of yearOf(random)) {
    const last = year.starts.at(-1);
    const isOver = last === undefined || minute.instant > last + INTERVAL_MS;
    const isChance = minute.isAwake && !minute.isOnBattery && minute.hasDisk && isOver && isInBand(minute.instant);
    missed = isChance ? missed + 1 : 0;
    if (minute.isAwake && (minute.hasWoken || (minute.instant / MINUTE_MS) % POLL_MINUTES === 0)) {
      const skip = await poll(minute, last ?? null);
      if (skip === undefined) {
        year.starts.push(minute.instant);
        missed = 0;
      } else {
        year.skips.push(skip);
      }
    }
    year.longestMissed = Math.max(year.longestMissed, missed);
  }
  return year;
}

/** What a skip by the schedule names: the first minute, or the second after the interval, that it allows. */
function firstAllowed(from: number, lastStart: number | undefined): number {
  const afterInterval = lastStart === undefined ? from : Math.max(from, lastStart + INTERVAL_MS + 1000);
  let instant = afterInterval;
  while (!isInBand(instant)) {
    instant = (Math.floor(instant / MINUTE_MS) + 1) * MINUTE_MS;
  }
  return instant;
}

for (const seed of fc.sample(fc.integer({ min: 1 }), 3)) {
  test(`a laptop's year (${seed}): every chance is taken, no rule is broken, and each skip says why and until when`, async (t) => {
    assert.notEqual(new Date(YEAR.first).getTimezoneOffset(), new Date(2027, 6, 1).getTimezoneOffset());
    const { starts, skips, longestMissed } = await simulate(seededRandom(seed).next);
    t.diagnostic(`${starts.length} backups, ${skips.length} skips, longest missed chance ${longestMissed} min`);
    assert.ok(starts.length > 150, `${starts.length} backups`);
    for (const [index, start] of starts.entries()) {
      const last = starts[index - 1] ?? Number.NEGATIVE_INFINITY;
      assert.ok(start - last > INTERVAL_MS, `${new Date(start)} is inside the interval`);
      assert.ok(isInBand(start), `${new Date(start)} is outside of the bands`);
    }
    assert.ok(longestMissed <= POLL_MINUTES, `a chance of ${longestMissed} minutes was missed`);
    explainAll(skips, starts);
  });
}

function explainAll(skips: readonly Skip[], starts: readonly number[]): void {
  const rules = new Set(skips.map(({ rule }) => rule));
  assert.deepEqual([...rules].sort(), ["band", "battery", "disk", "interval"]);
  for (const { instant, rule, reason, next } of skips) {
    const last = starts.findLast((start) => start < instant);
    switch (rule) {
      case "band":
        assert.ok(!isInBand(instant) && /outside of every band/.test(reason), reason);
        assert.equal(next, new Date(firstAllowed(instant, last)).toISOString(), reason);
        break;
      case "interval":
        assert.ok(isInBand(instant) && /the last backup began at .*, not more than 20h ago/.test(reason), reason);
        assert.equal(next, new Date(firstAllowed(instant, last)).toISOString(), reason);
        break;
      case "battery":
        assert.equal(reason, "the machine runs on battery");
        break;
    }
  }
}
