import assert from "node:assert/strict";
import { test } from "node:test";
import { bytePathFromText } from "../../src/path/byte-path.ts";
import { mayExclude } from "../../src/transfer/may-exclude.ts";
import { DEFAULT_EXCLUDED_ROOTS } from "../../src/transfer/rsync-args.ts";

/** Source, roots, patterns, then paths that may be left out and paths that are not. */
const CASES: [source: string, roots: readonly string[], exclude: string[], may: string[], not: string[]][] = [
  [
    "/",
    DEFAULT_EXCLUDED_ROOTS,
    [],
    ["tmp/x", "home/u/.cache/x", "var/tmp/a"],
    ["home/u/tmp/x", "tmpx", "var/x", "a/dev/x"],
  ],
  ["/home/u", DEFAULT_EXCLUDED_ROOTS, [], [".cache/x"], ["x", "tmp/x", "a/.cache/x", ".cachex"]],
  ["/mnt/data/photos", DEFAULT_EXCLUDED_ROOTS, [], [], ["x", "mnt/x"]],
  ["/tmp", ["/tmp/**", "/x"], [], ["a", "a/b"], []],
  ["/s", ["/s/a.b/", "/s/c", "/sx/d", "names/"], [], ["a.b/x", "c", "c/x", "e/names/x"], ["axb/x", "d", "x/c", "name"]],
  ["/s", ["/s/[ab]"], [], ["a", "x/y"], []],
  [
    "/node_modules/s (1)",
    [],
    ["*.tmp", "node_modules/"],
    ["x.tmp", "a/x.tmp", "x.tmp/y", "node_modules/x"],
    ["tmp", "a"],
  ],
  ["/s", [], ["/top", "a/b", "x?z"], ["top/1", "q/a/b", "xyz", "xéz"], ["q/top", "a", "b", "xz", "s/b"]],
  ["/s", [], ["**/deep", "up/***"], ["a/b/deep/c", "deep", "up/a", "c/up/a"], ["dee", "a"]],
  ["/s", [], ["- signed", "+ more"], ["signed", "more"], ["- signed"]],
  ["/s", [], ["\\*"], ["anything"], []],
  ["/s", [], [], [], ["a"]],
];

for (const [source, excludedRoots, exclude, may, not] of CASES) {
  test(`of ${source}, ${[...excludedRoots, ...exclude].join(" ") || "no pattern"} may leave out what it names`, () => {
    const mayLeaveOut = mayExclude({ excludedRoots, exclude, oneFileSystem: true }, source);
    const paths = [...may, ...not].map(bytePathFromText);
    assert.deepEqual(
      paths.filter((path) => mayLeaveOut(path)),
      may.map(bytePathFromText),
    );
  });
}
