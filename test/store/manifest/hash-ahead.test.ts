import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { type BytePath, bytePathFromText } from "../../../src/path/byte-path.ts";
import { HashAhead } from "../../../src/store/manifest/hash-ahead.ts";
import { KnownHashes } from "../../../src/store/manifest/known-hashes.ts";
import { temporaryFolder, temporaryStore } from "../make-store.ts";
import { factsOf } from "./facts.ts";

const path = (index: number): BytePath => bytePathFromText(`folder/file ${index}`);

/** None of the files has more. */
const BYTES = 16;

function write(tree: string, index: number): void {
  writeFileSync(join(tree, "hidden"), `contents of ${index}`);
  renameSync(join(tree, "hidden"), join(tree, path(index)));
}

function factsAt(tree: string, index: number): Buffer {
  return factsOf(lstatSync(join(tree, path(index)), { bigint: true }));
}

function hashOf(index: number): string {
  return createHash("sha256").update(`contents of ${index}`).digest("hex");
}

async function hashed(known: KnownHashes, facts: Buffer): Promise<void> {
  for (let tries = 0; tries < 500 && known.hashOf(facts) === undefined; tries += 1) {
    await wait(20);
  }
}

test("files are hashed as soon as they are there; one that never comes keeps no other waiting", async (t) => {
  const tree = temporaryFolder(t);
  mkdirSync(join(tree, "folder"));
  const known = knownHashes(t);
  const ahead = new HashAhead(tree, known, new AbortController().signal, 0);
  for (let index = 0; index < 6000; index += 1) {
    ahead.expect(path(index), BYTES);
    // Comes some time after it was told of; each hundredth not at all.
    if (index >= 10 && (index - 10) % 100 !== 0) {
      write(tree, index - 10);
    }
    if (index % 100 === 0) {
      await wait(1);
    }
  }
  // One that does not come is waited for until so many wait behind it.
  const last = 3901;
  await hashed(known, factsAt(tree, last));
  await ahead.stop();
  for (let index = 1; index <= last; index += 1) {
    if (index % 100 !== 0) {
      assert.equal(known.hashOf(factsAt(tree, index)), hashOf(index), `the hash of ${index}`);
    }
  }
});

test("what is not the same file any more has no hash", async (t) => {
  const tree = temporaryFolder(t);
  mkdirSync(join(tree, "folder"));
  const known = knownHashes(t);
  const ahead = new HashAhead(tree, known, new AbortController().signal, 0);
  for (let index = 1; index <= 64; index += 1) {
    write(tree, index);
    ahead.expect(path(index), BYTES);
  }
  for (const index of [1, 2, 3]) {
    await hashed(known, factsAt(tree, index));
  }
  await ahead.stop();
  assert.equal(known.hashOf(factsAt(tree, 1)), hashOf(1));
  writeFileSync(join(tree, path(1)), "more than it was before");
  utimesSync(join(tree, path(2)), 7, 7);
  write(tree, 3);
  assert.deepEqual(
    [1, 2, 3].map((index) => known.hashOf(factsAt(tree, index))),
    [undefined, undefined, undefined],
  );
});

test("an end in the middle is no error, and leaves what was hashed", async (t) => {
  const tree = temporaryFolder(t);
  mkdirSync(join(tree, "folder"));
  const stop = new AbortController();
  const known = knownHashes(t);
  const ahead = new HashAhead(tree, known, stop.signal, 0);
  for (let index = 1; index <= 320; index += 1) {
    write(tree, index);
    ahead.expect(path(index), BYTES);
  }
  await hashed(known, factsAt(tree, 1));
  stop.abort(new Error("SIGTERM"));
  await ahead.stop();
  assert.equal(known.hashOf(factsAt(tree, 1)), hashOf(1));
  assert.ok([undefined, hashOf(320)].includes(known.hashOf(factsAt(tree, 320))));
});

test("what stays in memory is left to the manifest", async (t) => {
  const tree = temporaryFolder(t);
  mkdirSync(join(tree, "folder"));
  const known = knownHashes(t);
  const ahead = new HashAhead(tree, known, new AbortController().signal, 100 * BYTES);
  for (let index = 1; index <= 256; index += 1) {
    write(tree, index);
    ahead.expect(path(index), BYTES);
  }
  await hashed(known, factsAt(tree, 164));
  await ahead.stop();
  assert.equal(known.hashOf(factsAt(tree, 100)), undefined);
  assert.equal(known.hashOf(factsAt(tree, 101)), hashOf(101));
  assert.equal(known.hashOf(factsAt(tree, 164)), hashOf(164));
});

function knownHashes(t: TestContext): KnownHashes {
  const known = new KnownHashes(temporaryStore(t));
  t.after(() => known.close());
  return known;
}
