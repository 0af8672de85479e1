import assert from "node:assert/strict";
import { test } from "node:test";
import { scan } from "../../src/config/scan.ts";

function scanText(text: string | Uint8Array) {
  return scan("f", Buffer.from(text));
}

test("entries carry their section, key, form and line", () => {
  const { entries, sections, complaints } = scanText("# c\n\n[source]\n  path = /a\nexclude[] = x\nexclude [] = y\n");
  assert.deepEqual(complaints, []);
  assert.deepEqual([...sections], [["source", 3]]);
  assert.deepEqual(
    entries.map(({ section, key, repeated, line }) => [section, key, repeated, line]),
    [
      ["source", "path", false, 4],
      ["source", "exclude", true, 5],
      ["source", "exclude", true, 6],
    ],
  );
});

const SAME = "[a]\nk = v\nl[] = 1\nl[] = 2\n";
const FORMS: readonly [name: string, bytes: Uint8Array][] = [
  ["a byte order mark", Buffer.from(`\ufeff${SAME}`)],
  ["Windows line ends", Buffer.from(SAME.replaceAll("\n", "\r\n"))],
  ["no line end at the end", Buffer.from(SAME.trimEnd())],
  ["indented lines", Buffer.from(SAME.replace(/^/gm, "\t "))],
  ["blanks and comments", Buffer.from("; c\n [ a ] ; c\n k=v # c\n\n  # c\n l[]=1\n l [] = 2 ;\n")],
];

for (const [name, bytes] of FORMS) {
  test(`a file with ${name} means the same`, () => {
    const { entries, complaints } = scanText(bytes);
    assert.deepEqual(complaints, []);
    assert.deepEqual(
      entries.map(({ section, key, text }) => [section, key, text]),
      [
        ["a", "k", "v"],
        ["a", "l", "1"],
        ["a", "l", "2"],
      ],
    );
  });
}

test("an entry whose value cannot be read has none", () => {
  const { entries, complaints } = scanText("[a]\nk = 'v\nl = w\n");
  assert.deepEqual(
    entries.map(({ key, text }) => [key, text]),
    [
      ["k", undefined],
      ["l", "w"],
    ],
  );
  assert.deepEqual(
    complaints.map(({ line }) => line),
    [2],
  );
});

test("a UTF-16 file is one complaint, not a hundred", () => {
  for (const bytes of [Buffer.from("\ufeff[a]\nk = v\n", "utf16le"), Buffer.from("\ufeff[a]", "utf16le").swap16()]) {
    assert.deepEqual(scanText(bytes).complaints, [
      { file: "f", line: 1, message: "this file is UTF-16; save it as UTF-8" },
    ]);
  }
});

test("a hundred thousand settings and a line of a million blanks are read", { timeout: 300_000 }, () => {
  assert.equal(scanText(`[a]\n${"k[] = v\n".repeat(100_000)}`).entries.length, 100_000);
  assert.deepEqual(scanText(`[a]\nk = x${" ".repeat(1_000_000)}y\n`).complaints, [
    { file: "f", line: 2, message: "this line is longer than 8192 bytes" },
  ]);
});
