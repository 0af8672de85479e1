import assert from "node:assert/strict";
import { chmodSync, linkSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { below, bytePathFromLatin1 } from "../../src/path/byte-path.ts";
import { findVersions, versionsOf } from "../../src/store/find.ts";
import type { Store } from "../../src/store/layout.ts";
import type { Snapshot } from "../../src/store/list.ts";
import { makeSnapshot } from "./make-snapshot.ts";
import { temporaryStore } from "./make-store.ts";

const NAMES = ["2026-11-01T00-00-00Z", "2026-11-02T00-00-00Z", "2026-11-03T00-00-00Z", "2026-11-04T00-00-00Z"];
const [FIRST = "", SECOND = "", THIRD = "", FOURTH = ""] = NAMES;

/** home/notes.txt: one inode in the first two, gone from the third, larger in the fourth. home/b.txt: copies of one file. */
function history(t: TestContext): { store: Store; snapshots: Snapshot[] } {
  const store = temporaryStore(t);
  const snapshots = NAMES.map((name) =>
    makeSnapshot(store, name, {
      fill: (folder) => {
        mkdirSync(join(folder, "home"));
        symlinkSync("/etc", join(folder, "etc"));
        const notes = join(folder, "home/notes.txt");
        if (name === FIRST) {
          writeFileSync(notes, "one");
          utimesSync(notes, 1_600_000_000, 1_600_000_000);
        } else if (name === SECOND) {
          linkSync(join(store.path, FIRST, "home/notes.txt"), notes);
        } else if (name === FOURTH) {
          writeFileSync(notes, "four");
        }
        const copy = join(folder, "home/b.txt");
        writeFileSync(copy, "b");
        chmodSync(copy, name === FOURTH ? 0o600 : 0o4755);
        utimesSync(copy, 1_700_000_000, 1_700_000_000.123);
      },
    }),
  );
  return { store, snapshots };
}

test("a path without wildcards is found with its versions, newest first", async (t) => {
  const { store, snapshots } = history(t);
  const { found, problems } = await findVersions(store, snapshots, "/home/notes.txt");
  assert.deepEqual(problems, []);
  assert.equal(found[0]?.path, "home/notes.txt");
  const [newest, oldest, ...others] = found[0]?.versions ?? [];
  assert.deepEqual(others, []);
  assert.deepEqual([newest?.first, newest?.last, newest?.count, newest?.size], [FOURTH, FOURTH, 1, 4]);
  assert.deepEqual([oldest?.first, oldest?.last, oldest?.count, oldest?.size], [FIRST, SECOND, 2, 3]);
  assert.equal(oldest?.mtime, "2020-09-13T12:26:40.000Z");
});

test("copies with the same size, time, mode and owner are one version; another mode is another one", async (t) => {
  const { store, snapshots } = history(t);
  for (const pattern of ["home/b.txt", "b.tx?"]) {
    const { found } = await findVersions(store, snapshots, pattern);
    const versions = found[0]?.versions.map(({ first, last, count, mode, type }) => ({
      first,
      last,
      count,
      mode,
      type,
    }));
    assert.deepEqual(versions, [
      { first: FOURTH, last: FOURTH, count: 1, mode: 0o600, type: "file" },
      { first: FIRST, last: THIRD, count: 3, mode: 0o4755, type: "file" },
    ]);
  }
});

test("patterns match the last name, or the whole path when they have a slash", async (t) => {
  const { store, snapshots } = history(t);
  const cases: [pattern: string, paths: string[]][] = [
    ["*.txt", ["home/b.txt", "home/notes.txt"]],
    ["[n]otes*", ["home/notes.txt"]],
    ["/home/n*", ["home/notes.txt"]],
    ["*/b.*", ["home/b.txt"]],
    ["/b.*", []],
    ["notes.txt", []],
    ["h*", ["home"]],
  ];
  for (const [pattern, paths] of cases) {
    const { found } = await findVersions(store, snapshots, pattern);
    assert.deepEqual([pattern, found.map(({ path }) => path)], [pattern, paths]);
  }
});

test("a link in the snapshot never leads the search out of it", async (t) => {
  const { store, snapshots } = history(t);
  assert.deepEqual((await findVersions(store, snapshots, "etc/passwd")).found, []);
  assert.deepEqual((await findVersions(store, snapshots, "etc/pass*")).found, []);
  const [link] = (await findVersions(store, snapshots, "etc")).found;
  assert.equal(link?.versions[0]?.type, "link");
});

test("names with blanks, newlines and bytes that are not UTF-8 are found whole", async (t) => {
  const store = temporaryStore(t);
  const names = ["a b\nc.odd", "caf\xe9.odd"].map(bytePathFromLatin1);
  const snapshot = makeSnapshot(store, FIRST, {
    fill: (folder) => {
      for (const name of names) {
        writeFileSync(below(folder, name), "");
      }
    },
  });
  const { found } = await findVersions(store, [snapshot], "*.odd");
  assert.deepEqual(
    found.map(({ path }) => path),
    names,
  );
});

test("the versions of one path are those of just that name, whatever characters it has", (t) => {
  const store = temporaryStore(t);
  const names = ["a[1]*", "caf\xe9", "new\nline"].map(bytePathFromLatin1);
  const snapshots = [FIRST, SECOND].map((snapshot) =>
    makeSnapshot(store, snapshot, {
      fill: (folder) => {
        for (const name of [...names, bytePathFromLatin1("a1x")]) {
          writeFileSync(below(folder, name), snapshot === FIRST ? "" : "longer");
        }
      },
    }),
  );
  for (const name of names) {
    assert.deepEqual(
      versionsOf(store, snapshots, name).map(({ last, size }) => [last, size]),
      [
        [SECOND, 6],
        [FIRST, 0],
      ],
    );
  }
  assert.deepEqual(versionsOf(store, snapshots, bytePathFromLatin1("a[1]")), []);
});
