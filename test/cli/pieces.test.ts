import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOfWords } from "../../src/cli/argument-bytes.ts";
import { parseInstant } from "../../src/cli/instant.ts";
import { jsonPath } from "../../src/cli/json-path.ts";
import { whyKept } from "../../src/cli/list-store.ts";
import { parseScheme } from "../../src/cli/simulate-rotation.ts";
import { pathFromSource } from "../../src/cli/source-path.ts";
import { formatTable, terminalWidth } from "../../src/cli/table.ts";
import { requireWords, splitWords } from "../../src/cli/words.ts";
import { UsageError } from "../../src/errors/errors.ts";
import { bytePathFromLatin1, bytePathFromText } from "../../src/path/byte-path.ts";
import { formatAge } from "../../src/units/age.ts";
import { inZone } from "../schedule/zone.ts";

const SOURCE_PATHS: [path: string, source: string | undefined, expected: string][] = [
  ["/etc/fstab", "/", "etc/fstab"],
  ["etc/fstab", "/", "etc/fstab"],
  ["/home/me/x", "/home/me", "x"],
  ["/home/me/x", "/home/me/", "x"],
  ["/home//me/x/", "/home/me", "x/"],
  ["/home/me", "/home/me", ""],
  ["x/y", "/home/me", "x/y"],
  ["/home/melanie/x", "/home/me", "home/melanie/x"],
  ["/x", "/home/me", "x"],
  ["/x", undefined, "x"],
  ["/hömé/x", "/hömé", "x"],
];

for (const [path, source, expected] of SOURCE_PATHS) {
  test(`${path} of the source ${source} is "${expected}" in a snapshot`, () => {
    assert.equal(pathFromSource(bytePathFromText(path), source), bytePathFromText(expected));
  });
}

const AGES: [seconds: number, expected: string][] = [
  [0, "0 seconds"],
  [7200 + 300, "2 hours"],
  [86_400, "1 day"],
  [-90, "in 1 minute"],
];

for (const [seconds, expected] of AGES) {
  test(`${seconds} seconds are "${expected}"`, () => assert.equal(formatAge(-seconds * 1000, 0), expected));
}

test("words that are not UTF-8 are taken from the kernel's copy of the command line, each once", () => {
  const bytes = [Buffer.from("bakup"), Buffer.from([0x6e, 0xff]), Buffer.from([0x6e, 0xfe]), Buffer.from("é")];
  const words = bytesOfWords(["n\uFFFD", "é", "n\uFFFD"], () => bytes);
  assert.deepEqual(words, ["n\xff", "\xc3\xa9", "n\xfe"]);
});

test("a word that really holds the replacement character stays what it is", () => {
  assert.deepEqual(
    bytesOfWords(["\uFFFD"], () => [Buffer.from("\uFFFD")]),
    ["\xef\xbf\xbd"],
  );
});

test("a path in JSON gives its bytes only where the text does not", () => {
  assert.deepEqual(jsonPath(bytePathFromText("é\n")), { path: "é\n" });
  assert.deepEqual(jsonPath(bytePathFromText("\uFEFFx")), { path: "\uFEFFx" });
  assert.deepEqual(jsonPath(bytePathFromLatin1("n\xff")), { path: "n\uFFFD", pathBase64: "bv8=" });
});

test("a table aligns its columns, and is cut where the terminal ends", () => {
  const rows = [
    ["a", "1", "some reason"],
    ["bbb", "22", "x"],
  ];
  assert.equal(formatTable(rows, { width: undefined, right: [1] }), "a     1  some reason\nbbb  22  x");
  assert.equal(formatTable(rows, { width: 14, right: [1] }), "a     1  some…\nbbb  22  x");
});

test("a table shows control characters instead of obeying them", () => {
  assert.equal(formatTable([["a\u001b[2Jb", "é"]], { width: undefined }), "a\\033[2Jb  é");
});

test("only a terminal has a width", () => {
  assert.equal(terminalWidth({ isTTY: true, columns: 90 }), 90);
  assert.equal(terminalWidth({ isTTY: false, columns: 90 }), undefined);
});

const INSTANTS: [text: string, expected: string | undefined][] = [
  ["2026-11-22T02:00:13Z", "2026-11-22T02:00:13.000Z"],
  ["2026-11-22T02:00:13+01:00", "2026-11-22T01:00:13.000Z"],
  ["2026-11-22T02:00", "2026-11-22T01:00:00.000Z"],
  ["2026-11-22 02:00:13", "2026-11-22T01:00:13.000Z"],
  ["2026-11-22", "2026-11-21T23:00:00.000Z"],
  ["2026-13-22", undefined],
  ["yesterday", undefined],
  ["", undefined],
  ["1", undefined],
];

for (const [text, expected] of INSTANTS) {
  test(`the time "${text}" in Berlin is ${expected ?? "refused"}`, () => {
    const read = () => inZone("Europe/Berlin", () => new Date(parseInstant(text, "--now")).toISOString());
    if (expected === undefined) {
      assert.throws(read, UsageError);
    } else {
      assert.equal(read(), expected);
    }
  });
}

test("the first word is the profile, unless a store is named", () => {
  assert.deepEqual(splitWords(["a", "b", undefined], {}), { profile: "a", rest: ["b"] });
  assert.deepEqual(splitWords(["a", "b"], { store: "x" }), { profile: undefined, rest: ["a", "b"] });
});

test("too few and too many words are refused with the usage", () => {
  const count = { least: 1, most: 1, usage: "bakup find PROFILE PATTERN" };
  const isUsage = (hint: string) => (error: unknown) => error instanceof UsageError && error.hint === hint;
  assert.throws(
    () => requireWords(splitWords(["a"], {}), { ...count, store: undefined }),
    isUsage("bakup find PROFILE PATTERN"),
  );
  assert.throws(
    () => requireWords(splitWords(["a", "b"], { store: "x" }), { ...count, store: "x" }),
    isUsage("bakup find --store DIR PATTERN"),
  );
});

test("--keep makes a scheme; what it cannot read, or reads twice, is refused", () => {
  assert.deepEqual(parseScheme(["daily=7", "monthly=always"]), { daily: 7, monthly: "always" });
  for (const wrong of [["daily=0"], ["daily"], ["dayly=1"], ["daily=1", "daily=2"]]) {
    assert.throws(() => parseScheme(wrong), UsageError, wrong.join());
  }
});

test("the list says why a snapshot stays, with the reason of its pin, or that it goes", () => {
  const pin = { reason: "before the upgrade", since: "" };
  const record = { name: "", state: "complete", started: "", finished: "", origin: "run", pin } as const;
  const decision = { name: "", time: null };
  assert.equal(
    whyKept({ ...decision, action: "keep", reasons: ["daily", "pinned"] }, { record }),
    "daily, pinned: before the upgrade",
  );
  assert.equal(whyKept({ ...decision, action: "remove", reasons: [] }, {}), "goes at the next rotation");
  assert.equal(whyKept({ ...decision, action: "ignore", reasons: [] }, {}), "left out of the rotation");
});
