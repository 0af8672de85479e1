import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { planRotation, type RotationRequest, type RotationSnapshot } from "../../src/retention/plan.ts";
import { DEFAULT_ROTATION_SCHEME, type RotationScheme } from "../../src/retention/scheme.ts";
import { inZone } from "../schedule/zone.ts";

interface Vector {
  id: string;
  description: string;
  scheme: RotationScheme;
  strict: boolean;
  preferRecent: boolean;
  include: string[];
  exclude: string[];
  now: string;
  names: string[];
  kept: Record<string, string[]>;
  removed: string[];
}

const { vectors } = JSON.parse(readFileSync("test/vectors/rotation.json", "utf8")) as { vectors: Vector[] };

for (const vector of vectors) {
  test(`${vector.id}: ${vector.description}`, () => {
    const { strict, now, names, ...rest } = vector;
    const plan = inZone("UTC", () =>
      planRotation({ ...rest, relaxed: !strict, now: Date.parse(now), snapshots: names.map((name) => ({ name })) }),
    );
    assert.deepEqual(Object.fromEntries(plan.filter(isKept).map(({ name, reasons }) => [name, reasons])), vector.kept);
    const removed = plan.filter(({ action }) => action === "remove").map(({ name }) => name);
    assert.deepEqual(removed.sort(), [...vector.removed].sort());
    assert.deepEqual(
      plan.map(({ name }) => name),
      names,
    );
  });
}

function isKept({ action }: { action: string }): boolean {
  return action === "keep";
}

const NOW = Date.parse("2026-11-22T12:00:00Z");

/** The plan as one word for each snapshot: the reasons, or what happens to it. */
function verdicts(snapshots: (RotationSnapshot | string)[], options: Partial<RotationRequest> = {}): string[] {
  const request = snapshots.map((snapshot) => (typeof snapshot === "string" ? { name: snapshot } : snapshot));
  const plan = inZone("UTC", () =>
    planRotation({ snapshots: request, scheme: DEFAULT_ROTATION_SCHEME, now: NOW, ...options }),
  );
  return plan.map(({ action, reasons }) => (action === "keep" ? reasons.join(" ") : action));
}

test("of two snapshots in one hour the newest stays as well, unlike with rotate-backups", () => {
  assert.deepEqual(verdicts(["2024-05-05 10:05", "2024-05-05 10:45"]), ["hourly daily weekly monthly", "newest"]);
});

test("a slot is cut to its oldest before the window is asked", () => {
  const names = ["2024-01-01 11:00", "2024-01-01 13:00", "2024-01-04 12:00"];
  assert.deepEqual(verdicts(names, { scheme: { daily: 3 } }), ["remove", "remove", "daily newest"]);
  assert.deepEqual(verdicts(names, { scheme: { daily: 3 }, preferRecent: true }), ["remove", "daily", "daily newest"]);
});

test("weeks belong to their ISO year, so the turn of the year splits none and mixes none", () => {
  const names = ["2020-12-28", "2021-01-01", "2021-01-03", "2021-01-04", "2021-01-11"];
  assert.deepEqual(verdicts(names, { scheme: { weekly: 2 } }), [
    "remove",
    "remove",
    "remove",
    "weekly",
    "weekly newest",
  ]);
});

test("a name in the future is kept and reported, and does not move the windows", () => {
  const names = ["2026-11-21", "2026-11-22", "2099-01-01"];
  assert.deepEqual(verdicts(names, { scheme: { daily: 1 } }), ["remove", "daily newest", "future"]);
});

test("names without a time, and what the patterns leave out, are ignored", () => {
  const options = { scheme: { daily: 1 }, include: ["a-*", "latest"], exclude: ["*.tmp"] };
  const names = ["latest", "a-20240101", "a-20240102", "a-20240103.tmp", "b-20240104"];
  assert.deepEqual(verdicts(names, options), ["ignore", "remove", "daily newest", "ignore", "ignore"]);
});

test("a pinned snapshot stays whatever it is", () => {
  const pinned = (name: string, state: "complete" | "incomplete") => ({ name, state, pinned: true });
  const snapshots = [pinned("2020-01-01", "complete"), pinned("2020-01-02", "incomplete"), "2026-11-22"];
  assert.deepEqual(verdicts(snapshots, { scheme: { daily: 1 } }), ["pinned", "pinned", "daily newest"]);
});

test("a suspect snapshot stays and holds no slot", () => {
  const snapshots = [{ name: "2026-11-22 09:00", state: "suspect" as const }, "2026-11-22 10:00"];
  assert.deepEqual(verdicts(snapshots, { scheme: { daily: 1 } }), ["suspect", "daily newest"]);
});

const incomplete = (name: string) => ({ name, state: "incomplete" as const });

test("a slot goes to a complete snapshot, even when an incomplete one comes first", () => {
  const snapshots = [
    incomplete("2026-11-22 09:00"),
    "2026-11-22 10:00",
    incomplete("2026-11-22 10:30"),
    "2026-11-22 11:00",
  ];
  assert.deepEqual(verdicts(snapshots, { scheme: { daily: 3 } }), ["remove", "daily", "remove", "newest"]);
});

test("incomplete snapshots fill free slots, and push no complete one out of the count", () => {
  const snapshots = ["2026-11-19", incomplete("2026-11-20"), incomplete("2026-11-21"), "2026-11-22"];
  const filled = ["daily", "daily", "daily", "daily newest"];
  assert.deepEqual(verdicts(snapshots, { scheme: { daily: 4 } }), filled);
  const three = ["daily", "remove", "daily", "daily newest"];
  assert.deepEqual(verdicts(snapshots, { scheme: { daily: 3 } }), three);
  const two = ["daily", "remove", "remove", "daily newest"];
  assert.deepEqual(verdicts(snapshots, { scheme: { daily: 2 }, relaxed: true }), two);
});

test("a damaged snapshot takes no slot from a good one, and is not the newest that is kept", () => {
  const damaged = (name: string) => ({ name, state: "damaged" as const });
  const taken = [damaged("2026-11-22 09:00"), "2026-11-22 10:00", damaged("2026-11-22 11:00")];
  assert.deepEqual(verdicts(taken, { scheme: { daily: 1 } }), ["remove", "daily newest", "daily damaged"]);
  const free = ["2026-11-20", damaged("2026-11-21"), "2026-11-22"];
  assert.deepEqual(verdicts(free, { scheme: { daily: 3 } }), ["daily", "daily", "daily newest"]);
});

test("incomplete snapshots newer than every complete one rotate among themselves, and the latest stays", () => {
  const snapshots = [
    "2026-11-20",
    incomplete("2026-11-21"),
    incomplete("2026-11-22 03"),
    incomplete("2026-11-22 04:00"),
  ];
  assert.deepEqual(verdicts(snapshots, { scheme: { daily: 2 } }), [
    "daily newest",
    "daily incomplete",
    "daily incomplete",
    "incomplete",
  ]);
  assert.deepEqual(verdicts(snapshots, { scheme: { yearly: 1 } }), [
    "yearly newest",
    "yearly incomplete",
    "remove",
    "incomplete",
  ]);
  assert.deepEqual(verdicts([incomplete("2026-11-21")]), ["hourly daily weekly monthly incomplete"]);
});

test("the time of a commit record counts more than the name", () => {
  const instant = Date.parse("2026-11-22T11:00:00Z");
  const plan = planRotation({ snapshots: [{ name: "2020-01-01", instant }], scheme: { daily: 1 }, now: NOW });
  assert.deepEqual(plan, [
    { name: "2020-01-01", time: "2026-11-22T11:00:00.000Z", action: "keep", reasons: ["daily", "newest"] },
  ]);
});

test("times are printed as UTC, and names without one have none", () => {
  const names = ["2026-11-22T02-00-13Z", "2026-11-21 02:00:11", "latest"].map((name) => ({ name }));
  const plan = inZone("Europe/Berlin", () => planRotation({ snapshots: names, scheme: { daily: 2 }, now: NOW }));
  const expected = ["2026-11-22T02:00:13.000Z", "2026-11-21T01:00:11.000Z", null];
  assert.deepEqual(
    plan.map(({ time }) => time),
    expected,
  );
});

test("an hour that comes twice is two hours", () => {
  const names = ["2026-10-25T00-30-00Z", "2026-10-25T01-30-00Z", "2026-10-25T01-45-00Z", "2026-10-25T02-30-00Z"];
  const snapshots = names.map((name) => ({ name }));
  const plan = inZone("Europe/Berlin", () => planRotation({ snapshots, scheme: { hourly: 24 }, now: NOW }));
  assert.deepEqual(
    plan.map(({ action }) => action),
    ["keep", "keep", "remove", "keep"],
  );
});

test("a scheme that keeps nothing, and counts that are none, are refused", () => {
  for (const scheme of [{}, { daily: 0 }, { daily: -1 }, { daily: 1.5 }, { daily: Number.NaN, hourly: 1 }]) {
    assert.throws(() => planRotation({ snapshots: [], scheme, now: NOW }), RangeError);
  }
});

test("huge counts reach back to the beginning", () => {
  for (const frequency of ["minutely", "hourly", "daily", "weekly", "monthly", "yearly"] as const) {
    const scheme = { [frequency]: Number.MAX_SAFE_INTEGER };
    assert.deepEqual(verdicts(["0001-01-01", "2026-11-22"], { scheme }), [frequency, `${frequency} newest`]);
  }
});

test("10,000 snapshots are planned in well under a second", () => {
  const hour = (index: number) => new Date(NOW - index * 3_600_000).toISOString().slice(0, 19).replaceAll(":", "-");
  const snapshots = Array.from({ length: 10_000 }, (_, index) => ({ name: `${hour(index)}Z` }));
  const started = performance.now();
  planRotation({ snapshots, scheme: DEFAULT_ROTATION_SCHEME, now: NOW });
  assert.ok(performance.now() - started < 700);
});
