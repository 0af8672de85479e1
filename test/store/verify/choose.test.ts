import assert from "node:assert/strict";
import { test } from "node:test";
import type { Snapshot } from "../../../src/store/list.ts";
import type { VerifiedParts } from "../../../src/store/records.ts";
import { chooseChecks } from "../../../src/store/verify/choose.ts";
import { isInPart, nextPart, partsOf, withPart } from "../../../src/store/verify/parts.ts";

const [MON, TUE, WED] = ["2026-11-16T04:00:00Z", "2026-11-17T04:00:00Z", "2026-11-18T04:00:00Z"];

function snapshot(name: string, verified?: VerifiedParts): Snapshot {
  const record = { name, state: "complete", started: MON, finished: MON, origin: "run" } as const;
  return {
    name,
    instant: name.charCodeAt(0),
    state: "complete",
    origin: "bakup",
    record: verified === undefined ? record : { ...record, verified },
  };
}

const namesOf = (snapshots: readonly Snapshot[]) => snapshots.map(({ name }) => name).join("");

test("what was never checked comes first, then what was checked longest ago", () => {
  const snapshots = [snapshot("a", { parts: [TUE] }), snapshot("b"), snapshot("c", { parts: [MON] }), snapshot("d")];
  const { snapshots: order } = chooseChecks(snapshots, { part: { index: 1, of: 1 }, onlyNew: false });
  assert.equal(namesOf(order), "bdca");
});

test("only new: what was never checked, not even in part", () => {
  const snapshots = [snapshot("a", { parts: [null, TUE] }), snapshot("b"), snapshot("c", { parts: [null, null] })];
  const { snapshots: order } = chooseChecks(snapshots, { part: { index: 1, of: 1 }, onlyNew: true });
  assert.equal(namesOf(order), "bc");
});

test("the next part is the one that some snapshot has waited longest for", () => {
  const cases: [(VerifiedParts | undefined)[], number, number][] = [
    [[undefined], 3, 1],
    [[], 3, 1],
    [[{ parts: [TUE, null, null] }], 3, 2],
    [[{ parts: [TUE, MON, WED] }], 3, 2],
    [[{ parts: [TUE, MON, WED] }, { parts: [WED, WED, null] }], 3, 3],
    [[{ parts: [WED, TUE, MON] }, { parts: [WED, WED, WED] }], 3, 3],
  ];
  for (const [verified, of, index] of cases) {
    assert.deepEqual(nextPart(verified, of), { index, of });
  }
});

test("a rolling check over t parts reads every part once in t rounds, then begins with the first again", () => {
  let verified: VerifiedParts | undefined;
  const order: number[] = [];
  for (let day = 10; day < 18; day += 1) {
    const part = nextPart([verified], 4);
    order.push(part.index);
    verified = withPart(verified, part, `2026-11-${day}T00:00:00Z`);
  }
  assert.deepEqual(order, [1, 2, 3, 4, 1, 2, 3, 4]);
});

test("another number of parts starts with what is known of everything", () => {
  assert.deepEqual(partsOf({ parts: [TUE] }, 3), [TUE, TUE, TUE]);
  assert.deepEqual(partsOf({ parts: [TUE, MON] }, 1), [MON]);
  assert.deepEqual(partsOf({ parts: [TUE, null] }, 3), [null, null, null]);
  assert.deepEqual(partsOf(undefined, 2), [null, null]);
});

test("each file belongs to exactly one part", () => {
  for (const sha256 of ["00000000", "ffffffff", "12345678", "7fffffff"]) {
    const parts = [1, 2, 3, 4, 5, 6, 7].filter((index) => isInPart(sha256.padEnd(64, "0"), { index, of: 7 }));
    assert.equal(parts.length, 1);
  }
});
