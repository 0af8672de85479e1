import assert from "node:assert/strict";
import { test } from "node:test";
import { NumberTable } from "../../src/store/number-table.ts";

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
