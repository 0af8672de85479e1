import assert from "node:assert/strict";
import { test } from "node:test";
import { shellPattern } from "../../src/retention/pattern.ts";

const CASES: [pattern: string, matching: string[], other: string[]][] = [
  ["a-*", ["a-", "a-20240101"], ["b-a-", "A-1"]],
  ["*", ["", "x", "a/b", ".hidden", "a\nb"], []],
  ["*.tar.*", ["x.tar.gz", ".tar."], ["xtar.gz"]],
  ["?-1", ["a-1", "é-1", "😀-1"], ["-1", "ab-1"]],
  ["a[12]", ["a1", "a2"], ["a3", "a", "a12"]],
  ["[a-c]", ["a", "b", "c"], ["d", "-", "A"]],
  ["[!a-c]", ["d", "-"], ["a", ""]],
  ["[]x]", ["]", "x"], ["[", "y"]],
  ["[!]x]", ["y"], ["]", "x"]],
  ["[a-]", ["a", "-"], ["b"]],
  ["[-a]", ["a", "-"], ["b"]],
  ["[c-a]", [], ["a", "b", "c", "-"]],
  ["[x", ["[x"], ["x"]],
  ["[*]", ["*"], ["a"]],
  ["a.b", ["a.b"], ["axb"]],
  ["\\d", ["\\d"], ["1"]],
  ["*a*b", ["ab", "aab", "xaxb", "abab"], ["ba", "aba"]],
  ["", [""], ["a"]],
];

for (const [pattern, matching, other] of CASES) {
  test(`the pattern ${JSON.stringify(pattern)} matches whole names as the shell does`, () => {
    const matches = shellPattern(pattern);
    assert.deepEqual([...matching, ...other].filter(matches), matching);
  });
}

test("a pattern of many stars is not slow", () => {
  const started = performance.now();
  assert.equal(shellPattern(`${"*a".repeat(50)}b`)("a".repeat(5000)), false);
  assert.ok(performance.now() - started < 1000);
});
