import type { BigIntStats } from "node:fs";

const NS_PER_SECOND = 1_000_000_000n;

/** The facts of a file as the addon tells them: what tells its contents from others. */
export function factsOf({ ino, size, mtimeNs }: Pick<BigIntStats, "ino" | "size" | "mtimeNs">): Buffer {
  const facts = Buffer.alloc(32);
  const seconds = BigInt.asIntN(
    64,
    (mtimeNs - (((mtimeNs % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND)) / NS_PER_SECOND,
  );
  facts.writeBigUInt64LE(ino);
  facts.writeBigUInt64LE(size, 8);
  facts.writeBigInt64LE(seconds, 16);
  facts.writeBigUInt64LE(mtimeNs - seconds * NS_PER_SECOND, 24);
  return facts;
}
