/** What folder.h calls facts: the numbers that tell the contents of a file from others. */
export const FACTS_BYTES = 32;
const SIZE_AT = 8;
const SECONDS_AT = 16;
const NANOSECONDS_AT = 24;

const NS_PER_SECOND = 1_000_000_000n;

export function inodeOf(facts: Buffer, at = 0): bigint {
  return facts.readBigUInt64LE(at);
}

/** In bytes. */
export function sizeOf(facts: Buffer, at = 0): number {
  return Number(facts.readBigUInt64LE(at + SIZE_AT));
}

/** Of the contents, in nanoseconds since the epoch. */
export function timeOf(facts: Buffer, at = 0): bigint {
  return facts.readBigInt64LE(at + SECONDS_AT) * NS_PER_SECOND + facts.readBigUInt64LE(at + NANOSECONDS_AT);
}

export function isSameFacts(one: Buffer, oneAt: number, other: Buffer, otherAt: number): boolean {
  for (let byte = 0; byte < FACTS_BYTES; byte += 4) {
    if (one.readUInt32LE(oneAt + byte) !== other.readUInt32LE(otherAt + byte)) {
      return false;
    }
  }
  return true;
}
