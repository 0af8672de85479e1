import assert from "node:assert/strict";
import { test } from "node:test";
import { formatTable } from "../../src/cli/table.ts";
import { cutToWidth, widthOf, wrapToWidth } from "../../src/cli/text-width.ts";

const WIDTHS: [text: string, width: number][] = [
  ["", 0],
  ["photos", 6],
  ["Übung", 5],
  ["U\u0308bung", 5],
  ["写真", 4],
  ["한글", 4],
  ["👩‍👩‍👧", 2],
  ["…", 1],
];

for (const [text, width] of WIDTHS) {
  test(`"${text}" takes ${width} columns`, () => assert.equal(widthOf(text), width));
}

test("a text is cut between the characters that people see", () => {
  assert.equal(cutToWidth("写真の山", 8), "写真の山");
  assert.equal(cutToWidth("写真の山", 7), "写真の…");
  assert.equal(cutToWidth("写真の山", 6), "写真…");
  assert.equal(cutToWidth("aU\u0308bung", 3), "aU\u0308…");
});

test("a text is broken between words, and what follows is indented; a path stays whole", () => {
  const line = "  trouble        the last run failed: no room in /mnt/backup/with/a/long/path/of/its/own/latest now";
  assert.equal(
    wrapToWidth(line, { width: 40, indent: 4 }),
    "  trouble        the last run failed: no\n    room in\n    /mnt/backup/with/a/long/path/of/its/own/latest\n    now",
  );
  assert.equal(wrapToWidth(line, { width: undefined, indent: 4 }), line);
});

test("the columns of a table stand in line whatever is written in them", () => {
  const table = formatTable(
    [
      ["写真", "x"],
      ["U\u0308b", "x"],
      ["plain", "x"],
    ],
    { width: undefined },
  );
  const starts = table.split("\n").map((line) => widthOf(line.slice(0, line.indexOf("x"))));
  assert.deepEqual(starts, [7, 7, 7]);
});

const ROWS = [
  ["NAME", "SIZE", "COUNT", "WHY"],
  ["2026-03-01T02-00-00Z", "1.20 GiB", "123,456", "hourly, daily, weekly, monthly, newest"],
];

for (const [width, columns] of [
  [undefined, ["NAME", "SIZE", "COUNT", "WHY"]],
  [200, ["NAME", "SIZE", "COUNT", "WHY"]],
  [80, ["NAME", "SIZE", "COUNT", "WHY"]],
  [65, ["NAME", "SIZE", "WHY"]],
  [60, ["NAME", "WHY"]],
  [20, ["NAME"]],
] as const) {
  test(`where ${width ?? "no"} columns are wide, a table shows what there is room for`, () => {
    const lines = formatTable(ROWS, { width, optional: [2, 1] }).split("\n");
    assert.deepEqual(
      lines[0]
        ?.replace("…", "")
        .trim()
        .split(/ +/)
        .filter((name) => name !== ""),
      columns,
    );
    assert.ok(lines.every((line) => widthOf(line) <= (width ?? 1000)));
  });
}
