import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bytePathFromLatin1 } from "../../../src/path/byte-path.ts";
import { formatEntry } from "../../../src/store/manifest/mtree.ts";
import { Rewriter } from "../../../src/store/manifest/rewrite.ts";
import "../../seed.ts";

/** Few letters, so that many paths begin alike; some must be escaped, and sort otherwise then. */
const name = fc.string({
  unit: fc.constantFrom("a", "b", " ", "#", "\\", "-", "\xe9", "\n"),
  minLength: 1,
  maxLength: 3,
});
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));

function lineOf(path: string, hash: string): string {
  const common = { mode: 0o644, uid: 0, gid: 0, time: "1.000000000", inode: "7", size: 1 };
  return formatEntry({ path: bytePathFromLatin1(path), type: "file", ...common, sha256: hash });
}

test("all lines are those of before, but for the paths that are written anew, wherever the text is cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(path, { maxLength: 40 }),
      fc.dictionary(path, fc.boolean(), { maxKeys: 20 }),
      fc.array(fc.nat(40), { maxLength: 6 }),
      async (before, changed, cuts) => {
        const old = [...before].sort();
        const anew = [...Object.keys(changed), ...old.filter((_, index) => index % 3 === 1)];
        const written: string[] = [];
        const writer = {
          add: (line: string) => {
            written.push(line);
            return undefined;
          },
          addText: (lines: Buffer) => {
            written.push(lines.toString("latin1"));
            return undefined;
          },
        };
        const wanted = [...new Set(anew)].sort().map(bytePathFromLatin1);
        const rewriter = new Rewriter(writer, wanted, async (path) =>
          changed[path] === true ? lineOf(path, "new") : "",
        );
        const edges = [0, ...cuts, old.length].sort((a, b) => a - b);
        for (const [index, edge] of edges.entries()) {
          const lines = old.slice(edge, edges[index + 1]).map((each) => lineOf(each, "old"));
          if (lines.length > 0) {
            await rewriter.pass(Buffer.from(lines.join(""), "latin1"));
          }
        }
        await rewriter.end();
        const kept = old.filter((each) => !anew.includes(each)).map((each) => ({ path: each, hash: "old" }));
        const added = Object.keys(changed).filter((each) => changed[each] === true);
        assert.equal(rewriter.more, kept.length + added.length - old.length);
        const all = [...kept, ...added.map((each) => ({ path: each, hash: "new" }))];
        const sorted = all.sort((a, b) => (a.path < b.path ? -1 : 1));
        assert.equal(written.join(""), sorted.map(({ path, hash }) => lineOf(path, hash)).join(""));
      },
    ),
    { numRuns: 500 },
  );
});
