import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import "../../seed.ts";
import { ensureIdentity } from "../../../src/store/identity.ts";
import { openStore } from "../../../src/store/layout.ts";
import { InodeTable } from "../../../src/store/manifest/inode-table.ts";
import { KnownHashes } from "../../../src/store/manifest/known-hashes.ts";
import { HASH_AT, HASHED_BYTES } from "../../../src/tree/file-work.ts";
import { temporaryFolder, temporaryStore } from "../make-store.ts";
import { isRoot } from "../make-tree.ts";
import { factsOf } from "./facts.ts";

/** Each file has its number in all that is known of it. */
function fileOf(number: number, inode: bigint) {
  return { ino: inode, size: BigInt(number), mtimeNs: BigInt(number) * 1_000_000_007n };
}

function hashedOf(number: number, inode: bigint): Buffer {
  return Buffer.concat([factsOf(fileOf(number, inode)), Buffer.alloc(HASHED_BYTES - HASH_AT, number % 251)]);
}

function hashOf(number: number): string {
  return hashedOf(number, 0n).toString("hex", HASH_AT);
}

test("hashes of many files are found again, in any order, and of no other file", (t) => {
  const store = temporaryStore(t);
  const known = new KnownHashes(store);
  t.after(() => known.close());
  // Inodes that differ in their highest bits only are among them.
  const inodes = Array.from(
    { length: 5000 },
    (_, number) => BigInt(number % 2500) + BigInt(number < 2500 ? 0 : 2 ** 40) + 1n,
  );
  for (const [number, inode] of inodes.entries()) {
    known.keep(hashedOf(number, inode));
  }
  for (let step = 0; step < inodes.length; step += 1) {
    const number = (step * 1777) % inodes.length;
    const file = fileOf(number, inodes[number] ?? 0n);
    assert.equal(known.hashOf(factsOf(file)), hashOf(number), `file ${number}`);
    assert.equal(known.hashOf(factsOf({ ...file, size: file.size + 1n })), undefined);
    assert.equal(known.hashOf(factsOf({ ...file, mtimeNs: file.mtimeNs + 1n })), undefined);
    assert.equal(known.hashOf(factsOf({ ...file, mtimeNs: file.mtimeNs - 1_000_000_000n })), undefined);
    assert.equal(known.hashOf(factsOf({ ...file, ino: file.ino + 2n ** 50n })), undefined);
  }
  assert.deepEqual(readdirSync(join(store.path, ".bakup/new")), []);
});

test("of two files that had the same inode the last one counts", (t) => {
  const known = new KnownHashes(temporaryStore(t));
  t.after(() => known.close());
  known.keep(hashedOf(1, 9n));
  known.keep(hashedOf(2, 9n));
  assert.equal(known.hashOf(factsOf(fileOf(1, 9n))), undefined);
  assert.equal(known.hashOf(factsOf(fileOf(2, 9n))), hashOf(2));
});

test("a disk without room for them costs the hashes, and nothing else", { skip: !isRoot }, (t) => {
  const disk = join(temporaryFolder(t), "disk");
  mkdirSync(disk);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=128k", "tmpfs", disk]);
  try {
    const store = openStore(disk);
    ensureIdentity(store);
    const known = new KnownHashes(store);
    for (let number = 0; number < 5000; number += 1) {
      known.keep(hashedOf(number, BigInt(number + 1)));
    }
    assert.equal(known.hashOf(factsOf(fileOf(4999, 5000n))), undefined);
    assert.equal(known.hashOf(factsOf(fileOf(1, 2n))), undefined);
    known.close();
    store.close();
  } finally {
    execFileSync("umount", [disk]);
  }
});

test("a table of inodes is a map from them to the newest of their records", () => {
  const inode = fc.oneof(
    fc.bigInt(1n, 40n),
    fc.bigInt(1n, 2n ** 63n - 1n),
    fc.constantFrom(2n ** 32n + 1n, 2n ** 33n + 1n),
  );
  fc.assert(
    fc.property(
      fc.array(inode, { maxLength: 3000, size: "max" }),
      fc.array(inode, { maxLength: 50 }),
      (inodes, others) => {
        const table = new InodeTable();
        for (const [number, each] of inodes.entries()) {
          table.add(lowest(each), number);
        }
        for (const each of [...inodes, ...others]) {
          const last = inodes.lastIndexOf(each);
          assert.equal(
            table.find(lowest(each), (number) => inodes[number] === each),
            last === -1 ? undefined : last,
          );
        }
      },
    ),
    { numRuns: 20 },
  );
});

function lowest(inode: bigint): number {
  return Number(BigInt.asUintN(32, inode));
}
