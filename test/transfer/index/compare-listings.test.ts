import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../seed.ts";
import { bytePathFromLatin1 } from "../../../src/path/byte-path.ts";
import { compareListings, type Differences } from "../../../src/transfer/index/compare-listings.ts";

/** A listing as find prints it, cut into pieces at any byte. */
function stream(lines: readonly string[], pieceBytes: number): AsyncIterable<Buffer> {
  const bytes = Buffer.from(lines.map((line) => `${line}\0`).join(""), "latin1");
  return (async function* () {
    for (let start = 0; start < bytes.length; start += pieceBytes) {
      yield bytes.subarray(start, start + pieceBytes);
    }
  })();
}

const record = (path: string, inode: number) => `f644 ${inode} 1 0:0 5 1.5 2.5 ${path}`;

const files = fc.uniqueArray(
  fc.record({
    path: fc.string({ minLength: 1, maxLength: 12 }).map((text) => text.replaceAll("\0", "_")),
    inode: fc.nat(3),
  }),
  { selector: ({ path }) => Buffer.from(path).toString("latin1"), maxLength: 40 },
);

test("two listings differ in just what differs, in whatever order and pieces they come", async () => {
  await fc.assert(
    fc.asyncProperty(
      files,
      files,
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 60 }),
      async (a, b, m, n) => {
        // Names that both have, in another order.
        const later = [...b, ...a.filter(({ path }) => !b.some((each) => each.path === path)).slice(0, a.length / 2)];
        const lines = (list: typeof a) =>
          list.map(({ path, inode }) => record(Buffer.from(path).toString("latin1"), inode));
        const found = await compareListings(stream(lines(a), m), stream(lines(later), n));
        assert.deepEqual(plain(found), expected(lines(a), lines(later)));
      },
    ),
    { numRuns: 300 },
  );
});

function plain(found: Differences | undefined): unknown {
  assert.ok(found);
  return [found.added, found.removed, found.changed].map((map: Map<string, unknown>) => new Map([...map].sort()));
}

function expected(before: readonly string[], after: readonly string[]): unknown {
  const [old, now] = [before, after].map(
    (lines) => new Map(lines.map((line) => [line.split(" ").slice(7).join(" "), line])),
  );
  assert.ok(old && now);
  return [
    new Map([...now].filter(([path]) => !old.has(path)).sort()),
    new Map([...old].filter(([path]) => !now.has(path)).sort()),
    new Map(
      [...now]
        .filter(([path, line]) => old.has(path) && old.get(path) !== line)
        .map(([path, line]) => [path, { before: old.get(path), after: line }] as const)
        .sort(),
    ),
  ];
}

test("a record that was racy is a change, though everything in it is the same", async () => {
  const found = await compareListings(stream([`!k1 ${record("a", 1)}`], 9), stream([record("a", 1)], 9));
  assert.deepEqual([...(found?.changed.keys() ?? [])], [bytePathFromLatin1("a")]);
  const again = await compareListings(stream([`!k1 ${record("a", 1)}`], 9), stream([`!k2 ${record("a", 1)}`], 9));
  assert.equal(again?.changed.size, 1);
});

test("more differences than fit are none, and both listings are let go", async () => {
  const lines = Array.from({ length: 50 }, (_, index) => record(String(index), 1));
  assert.equal(await compareListings(stream([], 9), stream(lines, 9), { most: 20 }), undefined);
});
