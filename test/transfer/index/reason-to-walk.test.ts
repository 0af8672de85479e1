import assert from "node:assert/strict";
import { test } from "node:test";
import { type IndexOwner, isWalkDue, reasonToWalk } from "../../../src/transfer/index/reason-to-walk.ts";

const OWNER: IndexOwner = {
  store: "id",
  mirror: "12",
  machine: "m",
  user: 0,
  source: "/home",
  folder: "2 1 ext4",
  boot: "",
  options: ["--archive", "--exclude=x"],
};
const NOW = new Date("2026-11-24T02:00:00Z");
const TIMES = { listed: "2026-11-23T02:00:00Z", walked: "2026-11-20T02:00:00Z" };

test("an index says nothing about anything else than what it belongs to", () => {
  assert.equal(reasonToWalk({ owner: OWNER, times: TIMES }, { owner: { ...OWNER }, time: NOW }), undefined);
  const others: Partial<IndexOwner>[] = [
    { store: "other" },
    { mirror: "13" },
    { machine: "n" },
    { user: 1000 },
    { source: "/srv" },
    { folder: "2 2 ext4" },
    { boot: "another" },
    { options: ["--archive", "--exclude=y"] },
  ];
  assert.deepEqual(others.flatMap(Object.keys).sort(), Object.keys(OWNER).sort());
  const reasons = others.map((other) =>
    reasonToWalk({ owner: OWNER, times: TIMES }, { owner: { ...OWNER, ...other }, time: NOW }),
  );
  assert.equal(new Set(reasons).size, others.length);
  assert.ok(!reasons.includes(undefined));
});

test("an index from what the clock calls the future, or of no time at all, says nothing", () => {
  for (const listed of ["2026-11-24T02:00:01Z", "nonsense"]) {
    const index = { owner: OWNER, times: { ...TIMES, listed } };
    assert.equal(reasonToWalk(index, { owner: OWNER, time: NOW }), "the clock has been set back");
  }
});

test("a walk is due when the last one is long ago, or not in the past", () => {
  for (const [walked, due] of [
    ["2026-11-17T02:00:01Z", false],
    ["2026-11-17T02:00:00Z", true],
    ["2026-11-24T02:00:01Z", true],
    ["nonsense", true],
  ] as const) {
    assert.equal(isWalkDue({ ...TIMES, walked }, { time: NOW, walkEverySeconds: 7 * 86_400 }), due, walked);
  }
});
