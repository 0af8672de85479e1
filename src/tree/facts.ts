/** What folder.h calls facts: the numbers that tell the contents of a file from others. */
export const FACTS_BYTES = 32;
const SIZE_AT = 8;
const SECONDS_AT = 16;
const NANOSECONDS_AT = 24;

export function inodeOf(facts: Buffer, at = 0): bigint {
  return facts.readBigUInt64LE(at);
}

/** In bytes. */
export function sizeOf(facts: Buffer, at = 0): number {
  return Number(facts.readBigUInt64LE(at + SIZE_AT));
}

/** Of the contents: seconds since the epoch with nine decimals, as a manifest has it. */
export function timeOf(facts: Buffer, at = 0): string {
  const nanoseconds = facts.readUInt32LE(at + NANOSECONDS_AT);
  return `${facts.readBigInt64LE(at + SECONDS_AT)}.${String(nanoseconds).padStart(9, "0")}`;
}

export function isSameFacts(one: Buffer, oneAt: number, other: Buffer, otherAt: number): boolean {
  for (let byte = 0; byte < FACTS_BYTES; byte += 4) {
    if (one.readUInt32LE(oneAt + byte) !== other.readUInt32LE(otherAt + byte)) {
      return false;
    }
  }
  return true;
}
