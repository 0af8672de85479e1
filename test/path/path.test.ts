import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ancestorsOf,
  bytePathFromBuffer,
  bytePathFromText,
  parentOf,
  printable,
  toBuffer,
} from "../../src/path/byte-path.ts";
import { contains } from "../../src/path/containment.ts";

test("bytes survive, whatever they are", () => {
  const bytes = Buffer.from([...Array(255).keys()].map((index) => index + 1));
  assert.deepEqual(toBuffer(bytePathFromBuffer(bytes)), bytes);
  assert.deepEqual(toBuffer(bytePathFromText("é/ü")), Buffer.from("é/ü"));
});

for (const [bytes, text] of [
  [Buffer.from("plain name"), "plain name"],
  [Buffer.from("é"), "é"],
  [Buffer.from("\ufeffmark"), "\ufeffmark"],
  [Buffer.from("two\nlines\x1b[31m"), "two\\012lines\\033[31m"],
  [Buffer.from([0x61, 0xff, 0x62]), "a\\377b"],
] as const) {
  test(`people see ${text}`, () => {
    assert.equal(printable(bytePathFromBuffer(bytes)), text);
  });
}

test("parents and ancestors of relative paths", () => {
  assert.equal(parentOf(bytePathFromText("a/b/c")), "a/b");
  assert.equal(parentOf(bytePathFromText("a")), "");
  assert.deepEqual(ancestorsOf(bytePathFromText("a/b/c")), ["a/b", "a"]);
  assert.deepEqual(ancestorsOf(bytePathFromText("a")), []);
});

for (const [outer, inner, expected] of [
  ["/mnt", "/mnt", true],
  ["/mnt", "/mnt/backup", true],
  ["/mnt", "/mnt2/backup", false],
  ["/mnt/", "/mnt/../etc", false],
  ["/", "/anything", true],
  ["/mnt/backup", "/mnt", false],
] as const) {
  test(`${inner} lies ${expected ? "" : "not "}in ${outer}`, () => {
    assert.equal(contains(outer, inner), expected);
  });
}
