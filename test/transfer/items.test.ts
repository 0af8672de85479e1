import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeletion, kindOf, parseItem, unescapeName } from "../../src/transfer/items.ts";

const cases: [line: string, expected: Record<string, unknown> | undefined][] = [
  [">f+++++++++ 12 a -> b//", { code: ">f+++++++++", length: 12, path: "a -> b", directory: false }],
  ["cL+++++++++ 4 ln// -> x//y", { code: "cL+++++++++", length: 4, path: "ln", directory: false }],
  ["cd+++++++++ 4096 d///", { code: "cd+++++++++", length: 4096, path: "d", directory: true }],
  [".d..t...... 4096 .///", { code: ".d..t......", length: 4096, path: ".", directory: true }],
  ["hf+++++++++ 2 d/q2// => q", { code: "hf+++++++++", length: 2, path: "d/q2", directory: false, leader: "q" }],
  ["hf+++++++++ 2 a// => b\\#012c", { code: "hf+++++++++", length: 2, path: "a", directory: false, leader: "b\nc" }],
  ["*deleting   0 d/e/c//", { code: "*deleting", length: 0, path: "d/e/c", directory: false }],
  ["*deleting   0 d/e///", { code: "*deleting", length: 0, path: "d/e", directory: true }],
  [">f.st...... 9 new\\#012line//", { code: ">f.st......", length: 9, path: "new\nline", directory: false }],
  [">f+++++++++ 1 \\#377\\#303\\#251//", { code: ">f+++++++++", length: 1, path: "\xff\xc3\xa9", directory: false }],
  [">f+++++++++ 1  leading blank//", { code: ">f+++++++++", length: 1, path: " leading blank", directory: false }],
  ["Number of files: 7 (reg: 4, dir: 2, link: 1)", undefined],
  ['skipping non-regular file "x"', undefined],
  ["", undefined],
];

for (const [line, expected] of cases) {
  test(`the line ${JSON.stringify(line)} is read`, () => {
    assert.deepEqual(parseItem(line), expected);
  });
}

test("an escaped backslash followed by digits stays what it was", () => {
  assert.equal(unescapeName("bs\\#134#012"), "bs\\#012");
});

for (const [code, kind] of [
  [">f+++++++++", "created"],
  ["cL+++++++++", "created"],
  ["hf+++++++++", "created"],
  [">f.st......", "content"],
  [">fc........", "content"],
  ["cLc.t......", "content"],
  [".f...p.....", "attributes"],
  [".L....o....", "attributes"],
  ["hf...p.....", "linked"],
] as const) {
  test(`${code} means ${kind}`, () => {
    const item = parseItem(`${code} 1 x//`);
    assert.ok(item);
    assert.equal(kindOf(item), kind);
    assert.equal(isDeletion(item), false);
  });
}
