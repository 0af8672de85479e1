import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import "../seed.ts";
import { planRotation, type RotationRequest, type RotationSnapshot } from "../../src/retention/plan.ts";
import { FREQUENCIES, type Frequency, type RotationScheme } from "../../src/retention/scheme.ts";
import { countCases } from "../safety/cases.ts";

const CASES = 300;
const NOW = Date.parse("2026-11-22T12:00:00Z");
const HOUR_MS = 3_600_000;

/** Ages crowd near now, in hours or parts of them; some lie in the future. */
const age = fc.oneof(fc.integer({ min: -5, max: 100 }), fc.double({ min: 0, max: 3000, noNaN: true }));
const count = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant("always" as const));
const scheme = fc
  .dictionary(fc.constantFrom(...FREQUENCIES), count, { minKeys: 1, maxKeys: 4 })
  .map((value): RotationScheme => ({ ...value }));

function snapshotsOf(states: NonNullable<RotationSnapshot["state"]>[]): fc.Arbitrary<RotationSnapshot[]> {
  const snapshot = fc.record({ age, state: fc.constantFrom(...states), pinned: fc.integer({ min: 0, max: 9 }) });
  return fc.array(snapshot, { maxLength: 30 }).map((values) => {
    const snapshots = values.map(({ age: hours, state, pinned }): RotationSnapshot => {
      const name = new Date(NOW - hours * HOUR_MS).toISOString().slice(0, 19).replaceAll(":", "-");
      return { name: `${name}Z`, state, pinned: pinned === 0 };
    });
    return [...new Map(snapshots.map((snapshot) => [snapshot.name, snapshot])).values()];
  });
}

function requestsOf(states: NonNullable<RotationSnapshot["state"]>[]): fc.Arbitrary<RotationRequest> {
  const now = fc.constant(NOW);
  return fc.record({ snapshots: snapshotsOf(states), scheme, relaxed: fc.boolean(), preferRecent: fc.boolean(), now });
}

const anyRequest = requestsOf(["complete", "complete", "incomplete", "suspect"]);
const completeRequest = requestsOf(["complete"]);

function keptNames(request: RotationRequest): Set<string> {
  return new Set(planRotation(request).flatMap(({ name, action }) => (action === "keep" ? name : [])));
}

function check(
  t: TestContext,
  requests: fc.Arbitrary<RotationRequest>,
  holds: (request: RotationRequest) => void,
): void {
  fc.assert(fc.property(requests, holds), { numRuns: CASES });
  countCases(t, CASES);
}

test("the newest complete snapshot, pinned, suspect and future ones always stay", (t) => {
  check(t, anyRequest, (request) => {
    const kept = keptNames(request);
    const past = request.snapshots.filter(({ name }) => instantOf(name) <= NOW);
    const complete = past.filter(({ state }) => state === "complete").map(({ name }) => name);
    const safe = request.snapshots.filter(
      ({ name, state, pinned }) => pinned || state === "suspect" || instantOf(name) > NOW,
    );
    const expected = [...complete.sort().slice(-1), ...safe.map(({ name }) => name)];
    assert.deepEqual(
      expected.filter((name) => !kept.has(name)),
      [],
    );
  });
});

function instantOf(name: string): number {
  return Date.parse(name.replace(/T(..)-(..)-(..)Z/, "T$1:$2:$3Z"));
}

test("the newest snapshot of all is never removed, whatever its state is", (t) => {
  check(t, anyRequest, (request) => {
    const latest = [...planRotation(request)].sort((a, b) => ((a.time ?? "") < (b.time ?? "") ? -1 : 1)).at(-1);
    assert.notEqual(latest?.action, "remove");
  });
});

test("a second plan, of the snapshots that stayed, removes nothing more", (t) => {
  check(t, anyRequest, (request) => {
    const kept = keptNames(request);
    const survivors = request.snapshots.filter(({ name }) => kept.has(name));
    assert.deepEqual(keptNames({ ...request, snapshots: survivors }), kept);
  });
});

test("the order of the input does not matter, and is the order of the answer", () => {
  const shuffled = anyRequest.chain((request) =>
    fc.tuple(
      fc.constant(request),
      fc.shuffledSubarray([...request.snapshots], { minLength: request.snapshots.length }),
    ),
  );
  fc.assert(
    fc.property(shuffled, ([request, snapshots]) => {
      const plan = planRotation({ ...request, snapshots });
      assert.deepEqual(
        plan.map(({ name }) => name),
        snapshots.map(({ name }) => name),
      );
      assert.deepEqual(byName(plan), byName(planRotation(request)));
    }),
  );
});

function byName<T extends { name: string }>(plan: T[]): T[] {
  return plan.sort((a, b) => (a.name < b.name ? -1 : 1));
}

test("a larger count or one more frequency never removes what a smaller scheme keeps", (t) => {
  check(t, completeRequest, (request) => {
    const kept = keptNames(request);
    for (const frequency of FREQUENCIES) {
      const larger = keptNames({
        ...request,
        scheme: { ...request.scheme, [frequency]: grown(request.scheme, frequency) },
      });
      assert.deepEqual(
        [...kept].filter((name) => !larger.has(name)),
        [],
      );
    }
  });
});

function grown(scheme: RotationScheme, frequency: Frequency): number | "always" {
  const now = scheme[frequency] ?? 0;
  return now === "always" ? now : now + 1;
}

test("a relaxed plan never removes what the strict one keeps", (t) => {
  check(t, completeRequest, (request) => {
    const relaxed = keptNames({ ...request, relaxed: true });
    const strict = [...keptNames({ ...request, relaxed: false })];
    assert.deepEqual(
      strict.filter((name) => !relaxed.has(name)),
      [],
    );
  });
});

test("no frequency keeps more than its count, up to the newest complete snapshot and after it", (t) => {
  check(t, anyRequest, (request) => {
    const plan = planRotation(request);
    for (const frequency of FREQUENCIES) {
      const limit = request.scheme[frequency] ?? 0;
      const newest = plan.find(({ reasons }) => reasons.includes("newest"))?.name ?? "";
      const held = plan.filter(({ reasons }) => reasons.includes(frequency));
      const later = held.filter(({ name }) => name > newest).length;
      const sooner = held.length - later;
      assert.ok(
        limit === "always" || Math.max(later, sooner) <= limit,
        `${frequency}: ${sooner}, ${later} of ${limit}`,
      );
    }
  });
});

test("incomplete and suspect snapshots change nothing for complete ones", (t) => {
  check(t, anyRequest, (request) => {
    const complete = request.snapshots.filter(({ state }) => state === "complete");
    const names = new Set(complete.map(({ name }) => name));
    const mixed = planRotation(request).filter(({ name }) => names.has(name));
    assert.deepEqual(mixed, planRotation({ ...request, snapshots: complete }));
  });
});
