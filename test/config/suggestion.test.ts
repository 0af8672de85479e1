import assert from "node:assert/strict";
import { test } from "node:test";
import { didYouMean } from "../../src/config/suggestion.ts";

const KNOWN = ["path", "exclude", "one_file_system", "daily", "id"];

const CASES: readonly [word: string, suggestion: string][] = [
  ["pth", "path"],
  ["ptah", "path"],
  ["exlcude", "exclude"],
  ["excludes", "exclude"],
  ["One-File-System", "one_file_system"],
  ["onefilesystem", "one_file_system"],
  ["dialy", "daily"],
  ["ID", "id"],
  ["wallpaper", ""],
  ["xy", ""],
  ["", ""],
];

for (const [word, suggestion] of CASES) {
  test(`for "${word}" it suggests ${suggestion || "nothing"}`, () => {
    assert.equal(didYouMean(word, KNOWN), suggestion === "" ? "" : `; did you mean "${suggestion}"?`);
  });
}
