import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../seed.ts";
import { scan } from "../../src/config/scan.ts";
import { quote, readValue } from "../../src/config/value-syntax.ts";

const VALUES: readonly [raw: string, value: string][] = [
  [" /home ", "/home"],
  [" a#b;c", "a#b;c"],
  [" a # comment", "a"],
  [" a ; comment # and more", "a"],
  ["a\t;\tcomment", "a"],
  [" a ;", "a"],
  [" a b  c", "a b  c"],
  [' "a # b"', "a # b"],
  [" 'a ; b' ; comment", "a ; b"],
  [' "  blanks  " # comment', "  blanks  "],
  [' "say ""hi"""', 'say "hi"'],
  [" 'it''s'", "it's"],
  [" don't", "don't"],
  [` '"'`, '"'],
  [String.raw` a\;b\n`, String.raw`a\;b\n`],
  [String.raw` "C:\new"`, String.raw`C:\new`],
  [" a=b=c", "a=b=c"],
  [" [x]", "[x]"],
  [" true", "true"],
];

for (const [raw, value] of VALUES) {
  test(`the value ${JSON.stringify(raw)} is read as ${JSON.stringify(value)}`, () => {
    assert.deepEqual(readValue(raw), { value });
  });
}

const NOT_VALUES = ["", "  ", " # x", '""', " #x", "a #x", "a ;x", '"a', "'a", '"a" b', '"a";', 'a"b', '"', '"a" #b'];

for (const raw of NOT_VALUES) {
  test(`the value ${JSON.stringify(raw)} is refused`, () => {
    assert.ok("problem" in readValue(raw));
  });
}

const lineText = fc
  .string({ unit: "binary", minLength: 1, maxLength: 60 })
  .filter((text) => !/[\p{Cc}\u2028\u2029\ufeff]/u.test(text.replaceAll("\t", "")));
const treacherous = fc.string({
  unit: fc.constantFrom(..."a \t#;\"'\\=[]%.\u00a0\u20ac"),
  minLength: 1,
  maxLength: 12,
});

test("any value that is written with quote() comes back byte for byte, through the scanner", () => {
  fc.assert(
    fc.property(
      fc.oneof(lineText, treacherous, fc.constantFrom("true", "false", "null", "__proto__", "1")),
      (value) => {
        const written = Buffer.from(`[source]\npath = ${quote(value)}\n; last line`);
        const { entries, complaints } = scan("f", written);
        assert.deepEqual(complaints, []);
        assert.equal(entries[0]?.text, value);
        assert.deepEqual(readValue(` ${quote(value)} ; comment`), { value });
      },
    ),
    { numRuns: 500 },
  );
});
