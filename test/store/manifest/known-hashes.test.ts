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
import { FACTS_BYTES, HASH_AT, TIME_AT } from "../../../src/tree/file-work.ts";
import { temporaryFolder, temporaryStore } from "../make-store.ts";
import { isRoot } from "../make-tree.ts";

/** Each file has its number in all that is known of it. */
function factsOf(number: number): Buffer {
  const facts = Buffer.alloc(FACTS_BYTES, number % 251);
  facts.writeBigUInt64LE(BigInt(number));
  facts.writeBigInt64LE(BigInt(number) * 1_000_000_007n, TIME_AT);
  return facts;
}

function entryOf(number: number, inode: bigint) {
  const ns = BigInt(number) * 1_000_000_007n;
  const time = `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n).padStart(9, "0")}`;
  return { inode: String(inode), size: number, time };
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
    known.keep({ inode, facts: factsOf(number) });
  }
  for (let step = 0; step < inodes.length; step += 1) {
    const number = (step * 1777) % inodes.length;
    const entry = entryOf(number, inodes[number] ?? 0n);
    assert.equal(known.hashOf(entry), factsOf(number).toString("hex", HASH_AT), `file ${number}`);
    assert.equal(known.hashOf({ ...entry, size: number + 1 }), undefined);
    assert.equal(known.hashOf({ ...entry, time: "7.000000000" }), undefined);
    assert.equal(known.hashOf({ ...entry, inode: String(BigInt(entry.inode) + 2n ** 50n) }), undefined);
  }
  assert.deepEqual(readdirSync(join(store.path, ".bakup/new")), []);
});

test("of two files that had the same inode the last one counts", (t) => {
  const known = new KnownHashes(temporaryStore(t));
  t.after(() => known.close());
  known.keep({ inode: 9n, facts: factsOf(1) });
  known.keep({ inode: 9n, facts: factsOf(2) });
  assert.equal(known.hashOf(entryOf(1, 9n)), undefined);
  assert.equal(known.hashOf(entryOf(2, 9n)), factsOf(2).toString("hex", HASH_AT));
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
      known.keep({ inode: BigInt(number + 1), facts: factsOf(number) });
    }
    assert.equal(known.hashOf(entryOf(4999, 5000n)), undefined);
    assert.equal(known.hashOf(entryOf(1, 2n)), undefined);
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
          table.add(each, number);
        }
        for (const each of [...inodes, ...others]) {
          const last = inodes.lastIndexOf(each);
          assert.equal(
            table.find(each, (number) => inodes[number] === each),
            last === -1 ? undefined : last,
          );
        }
      },
    ),
    { numRuns: 20 },
  );
});
