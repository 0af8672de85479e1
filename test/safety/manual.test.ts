import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { isTitle, titlesIn } from "./evidence.ts";
import { DAMAGE, STATEMENTS } from "./named.ts";
import { damageList, isRecorded, titlesOf, withParts } from "./page.ts";
import { PAGES } from "./pages.ts";
import { PROMISES } from "./promises.ts";
import { STORIES } from "./stories.ts";
import { CLAIMS } from "./threats.ts";

const PROMISED = 10;
const TOLD = 20;
/** What a check must find, each by a word of its own in the list of what was seeded. */
const KINDS = [
  "bit flip",
  "truncation",
  "zeroed",
  "extra",
  "missing",
  "mode",
  "owner",
  "extended attribute",
  "time",
  "link that leads elsewhere",
  "swapped",
  "edited manifest",
];

const CLAIMED = 19;

const numbered = (letter: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);

/** The ids of the statements that a page makes in words. */
function idsIn(page: string, letter: string): string[] {
  return [...readFileSync(page, "utf8").matchAll(/^\.It Sy (\w\d+) .+\n[A-Z]/gm)].flatMap(([, id = ""]) =>
    id.startsWith(letter) ? [id] : [],
  );
}

test("each promise, story and claim is told, and has its tests", () => {
  assert.deepEqual(Object.keys(CLAIMS), numbered("C", CLAIMED));
  assert.deepEqual(idsIn("man/bakup-security.7", "C"), Object.keys(CLAIMS));
  assert.deepEqual(Object.keys(PROMISES), numbered("P", PROMISED));
  assert.deepEqual(Object.keys(STORIES), numbered("H", TOLD));
  assert.deepEqual(idsIn("man/bakup-safety.7", "P"), Object.keys(PROMISES));
  assert.deepEqual(idsIn("man/bakup-safety.7", "H"), Object.keys(STORIES));
});

test("each story has a test that is named after it", () => {
  for (const [id, shown] of Object.entries(STORIES)) {
    const named = Object.entries(shown).filter(([, titles]) => titles.includes(`${id}: *`));
    assert.deepEqual(
      named.map(([file]) => file.replace(/\w+\.test\.ts$/, "")),
      ["test/horror/"],
      id,
    );
  }
});

for (const [id, shown] of Object.entries(STATEMENTS)) {
  test(`what shows ${id} exists, and has held where it was recorded`, () => {
    assert.ok(Object.keys(shown).length > 0);
    for (const [file, patterns] of Object.entries(shown)) {
      assert.ok(existsSync(file), `${file} is not there`);
      const titles = titlesIn(file);
      for (const pattern of patterns) {
        assert.ok(
          titles.some((title) => couldBe(title, pattern)),
          `${file} has no test "${pattern}"`,
        );
        const again = `record it anew: node --import tsx test/safety/record.ts ${file}`;
        assert.ok(!isRecorded(file) || titlesOf("ordinary", file, [pattern]).length > 0, `"${pattern}": ${again}`);
      }
    }
  });
}

test("every kind of damage that must be found was seeded, and found", () => {
  const kinds = damageList(DAMAGE);
  for (const kind of KINDS) {
    assert.ok(
      kinds.some((line) => line.includes(kind)),
      kind,
    );
  }
});

for (const { file, parts } of PAGES) {
  test(`the tables of ${file} are what was recorded`, () => {
    const page = readFileSync(file, "utf8");
    assert.ok(withParts(page, parts) === page, "make them anew: node --import tsx test/safety/write-pages.ts");
    for (const name of Object.keys(parts)) {
      assert.ok(page.includes(`write-pages.ts: ${name}\n`), name);
    }
  });

  test(`${file} is sound mdoc`, () => {
    assert.equal(execFileSync("mandoc", ["-T", "lint", "-W", "warning", file], { encoding: "utf8" }), "");
  });
}

/** A title of which parts are put in at run time may become one that is asked for. */
function couldBe(title: string, pattern: string): boolean {
  return isTitle(title, pattern) || isTitle(pattern, title);
}
