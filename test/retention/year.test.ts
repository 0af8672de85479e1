import assert from "node:assert/strict";
import { test } from "node:test";
import { planRotation, type RotationSnapshot } from "../../src/retention/plan.ts";
import { DEFAULT_ROTATION_SCHEME } from "../../src/retention/scheme.ts";
import { inZone } from "../schedule/zone.ts";

const HOUR_MS = 3_600_000;

/** 24 hours, 7 days, 4 weeks, 13 months of a year and its ends, and the newest. */
const MOST = 24 + 7 + 4 + 13 + 1;

const ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"];

for (const zone of ZONES) {
  test(`a year of hourly runs in ${zone}: the newest is always there, and never more than ${MOST}`, () => {
    inZone(zone, () => {
      assert.equal(clockChanges(), 2);
      const most = simulateYear(ownName);
      assert.ok(most.count <= MOST, `${most.count} snapshots`);
      assert.deepEqual(most.missedHours, []);
    });
  });

  test(`the same in ${zone} with names in local time, as rsync-system-backup gives them`, () => {
    inZone(zone, () => {
      const { count } = simulateYear(localName);
      assert.ok(count <= MOST + 1, `${count} snapshots`);
    });
  });
}

const START = Date.UTC(2026, 0, 1, 0, 10);
const HOURS = 365 * 24;

function clockChanges(): number {
  const offsets = Array.from({ length: HOURS }, (_, hour) => new Date(START + hour * HOUR_MS).getTimezoneOffset());
  return offsets.filter((offset, hour) => hour > 0 && offset !== offsets[hour - 1]).length;
}

/** Takes a snapshot each hour and rotates after it. */
function simulateYear(nameOf: (instant: number) => string): { count: number; missedHours: string[] } {
  let snapshots: RotationSnapshot[] = [];
  let count = 0;
  const missedHours: string[] = [];
  for (let hour = 0; hour < HOURS; hour += 1) {
    const now = START + hour * HOUR_MS;
    const name = nameOf(now);
    if (!snapshots.some((snapshot) => snapshot.name === name)) {
      snapshots.push({ name });
    }
    const plan = planRotation({ snapshots, scheme: DEFAULT_ROTATION_SCHEME, now });
    const kept = new Set(plan.flatMap((decision) => (decision.action === "keep" ? decision.name : [])));
    assert.ok(kept.has(name), `${name} was removed at once`);
    snapshots = snapshots.filter((snapshot) => kept.has(snapshot.name));
    count = Math.max(count, snapshots.length);
    missedHours.push(...lastDay(now, nameOf).filter((recent) => !kept.has(recent)));
  }
  return { count, missedHours };
}

/** The runs of the last 24 hours, each of which the default scheme keeps. */
function lastDay(now: number, nameOf: (instant: number) => string): string[] {
  const instants = Array.from({ length: 24 }, (_, back) => now - back * HOUR_MS);
  return instants.filter((instant) => instant >= START).map(nameOf);
}

function ownName(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19).replaceAll(":", "-")}Z`;
}

function localName(instant: number): string {
  const naive = instant - new Date(instant).getTimezoneOffset() * 60_000;
  return new Date(naive).toISOString().slice(0, 19).replace("T", " ");
}
