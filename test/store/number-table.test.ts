import assert from "node:assert/strict";
import { test } from "node:test";
import { NumberSet, NumberTable } from "../../src/store/number-table.ts";

test("a table holds what a Map holds, however many, also numbers of 64 bits", () => {
  const table = new NumberTable();
  const map = new Map<bigint, bigint>();
  let number = 1n;
  for (let count = 0; count < 20_000; count += 1) {
    number = (number * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) & 0xffffffffffffffffn;
    const key = count % 3 === 0 ? BigInt(count + 1) : number | 1n;
    table.set(key, number);
    map.set(key, number);
  }
  for (const [key, value] of map) {
    assert.equal(table.get(key), value);
  }
  assert.equal(table.get(2n ** 63n), undefined);
});

test("a set has what was added to it, once, however many, and nothing else", () => {
  const set = new NumberSet();
  const numbers = Array.from({ length: 20_000 }, (_, index) =>
    index % 3 === 0 ? BigInt(index + 1) : (BigInt(index) * 0x9e37_79b9_7f4a_7c15n + 1n) & 0xffffffffffffffffn,
  );
  const added = numbers.filter((number) => set.add(number));
  assert.equal(set.size, new Set(numbers).size);
  assert.deepEqual(added, [...new Set(numbers)]);
  assert.ok(numbers.every((number) => set.has(number)));
  assert.deepEqual([set.add(1n), set.has(2n ** 63n + 5n)], [false, false]);
  set.free();
});
