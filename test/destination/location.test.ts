import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import "../seed.ts";
import { formatLocation, type Location, parseLocation } from "../../src/destination/location.ts";
import { DESTINATION_PATTERNS } from "../../src/destination/patterns.ts";
import { InvalidDestinationError } from "../../src/errors/errors.ts";

type Vector = { input: string; error?: string } & Record<string, unknown>;
const { vectors } = JSON.parse(readFileSync("test/vectors/destinations.json", "utf8")) as { vectors: Vector[] };

for (const { input, error, ...expected } of vectors) {
  test(`${JSON.stringify(input)} is ${error ?? `read as ${expected.kind}`}`, () => {
    if (error === undefined) {
      assert.deepEqual(parseLocation(input), expected);
    } else {
      assert.throws(() => parseLocation(input), InvalidDestinationError);
    }
  });
}

const COMPLAINTS: [input: string, message: RegExp, hint: RegExp][] = [
  ["", /empty/, /HOST:DIRECTORY/],
  ["-x", /dash/, /\.\//],
  ["user@-oProxyCommand=x:/b", /host's name begins with a dash/, /./],
  ["rsync://-x/m", /host's name begins with a dash/, /./],
  ["rsync://host", /no module/, /MODULE/],
  ["rsync://host/:m", /module's name/, /MODULE/],
  ["rsync:///m", /no host/, /HOST/],
  ["rsync://@host/m", /no user/, /@/],
  ["rsync://host:99999/m", /port/, /HOST/],
  ["rsync://host:0/m", /port/, /HOST/],
  ["ssh://host/dir", /only rsync:\/\//, /HOST:DIRECTORY/],
  ["host::", /no module/, /MODULE/],
  ["host::/dir", /no module/, /MODULE/],
  ["host:::m", /one colon too many/, /MODULE/],
  [":x", /no host before the colon/, /\.\//],
  ["a b:/c", /blank/, /\.\//],
  ["[cafe]:/b", /no IPv6 address/, /\[fe80::1\]/],
  ["[1:2]:/b", /no IPv6 address/, /\[fe80::1\]/],
  ["[::1]", /no directory/, /HOST:DIRECTORY/],
  ["tab\u0007:::", /"tab\\007/, /./],
];

for (const [input, message, hint] of COMPLAINTS) {
  test(`${JSON.stringify(input)} is refused with the mistake and what to do`, () => {
    assert.throws(
      () => parseLocation(input),
      (error) => error instanceof InvalidDestinationError && message.test(error.message) && hint.test(error.hint ?? ""),
    );
  });
}

test("a password in an address is refused without being repeated", () => {
  for (const input of ["rsync://me:s3cret@host/m", "ssh://me:s3cret@host/d", "rsync://me:s3c@ret@host/m"]) {
    assert.throws(
      () => parseLocation(input),
      (error) =>
        error instanceof InvalidDestinationError && /password/.test(error.message) && !/s3c/.test(String(error)),
    );
  }
});

test("names with newlines and IPv6 zones survive", () => {
  assert.deepEqual(parseLocation("a\nb/c"), { kind: "local", directory: "a\nb/c" });
  const link = parseLocation("[fe80::1%eth0]:d\ne");
  assert.deepEqual(link, { kind: "ssh", username: null, hostname: "fe80::1%eth0", directory: "d\ne" });
});

const text = (charset: string, minLength: number) =>
  fc.string({ unit: fc.constantFrom(...charset), minLength, maxLength: 8 });
const username = fc.option(text("ab@\\.", 1));
const hostname = fc.oneof(text("ab.é", 1), fc.constantFrom("::1", "fe80::2%eth0", "2001:db8::7"));
const local = text("ab:/@[]- \n", 1).filter((directory) => !/^[^/]*:|^-/.test(directory));
const location: fc.Arbitrary<Location> = fc.oneof(
  fc.record({ kind: fc.constant("local" as const), directory: local }),
  fc.record({
    kind: fc.constant("ssh" as const),
    username,
    hostname,
    directory: text("ab:/@[]- \n", 0).filter((directory) => !/^:|^\/\//.test(directory)),
  }),
  fc.record({
    kind: fc.constant("daemon" as const),
    username,
    hostname,
    port: fc.integer({ min: 1, max: 65_535 }),
    module: text("ab- @]:", 1).filter((module) => !module.startsWith(":")),
    directory: text("ab:/@[]- \n", 0),
  }),
);

test("a location that is written in rsync's syntax reads back as the same location", () => {
  fc.assert(fc.property(location, (value) => assert.deepEqual(parseLocation(formatLocation(value)), { ...value })));
});

test("any text is read or refused, and what was read keeps its meaning when written and read again", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."ab:/@[]-. \n\0"), maxLength: 12 }), (input) => {
      try {
        const value = parseLocation(input);
        assert.deepEqual(parseLocation(formatLocation(value)), value);
      } catch (error) {
        assert.ok(error instanceof InvalidDestinationError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

test("paths that would be taken for something else are written so that they are not", () => {
  assert.equal(formatLocation({ kind: "local", directory: "a:b" }), "./a:b");
  assert.equal(formatLocation({ kind: "local", directory: "-x" }), "./-x");
  assert.equal(formatLocation({ kind: "ssh", username: null, hostname: "h", directory: ":x" }), "h:./:x");
  assert.equal(formatLocation({ kind: "ssh", username: null, hostname: "h", directory: "//x" }), "h:/x");
});

test("long input is judged at once, whatever it is made of", () => {
  const started = performance.now();
  for (const unit of ["@", "a@", ":", "a:", "[", "/", "a", "rsync://a:", " "]) {
    try {
      parseLocation(unit.repeat(20_000));
    } catch (error) {
      assert.ok(error instanceof InvalidDestinationError);
    }
  }
  assert.ok(performance.now() - started < 2000);
});

test("the patterns stand in order, the most specific first", () => {
  const first = (input: string) => DESTINATION_PATTERNS.findIndex((pattern) => pattern.test(input));
  assert.deepEqual(["rsync://h/m", "h::m", "h:d", "d"].map(first), [0, 1, 2, 3]);
});
