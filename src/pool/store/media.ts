import type { MediaType } from "../config/sections/store.ts";

export const SECTOR_BYTES = 2048;

const MIB_SECTORS = (1024 * 1024) / SECTOR_BYTES;

interface Medium {
  sectors: number;
  /** What a session takes besides its data: the first one of a disc, and each later one. */
  lead: readonly [first: number, later: number];
  isRewritable: boolean;
}

const CD_LEAD = [11_400, 6_900] as const;
const NO_LEAD = [0, 0] as const;
const CD_74 = { sectors: 650 * MIB_SECTORS, lead: CD_LEAD };
const CD_80 = { sectors: 700 * MIB_SECTORS, lead: CD_LEAD };
const DVD = { sectors: Math.floor(4.4 * 1024 * MIB_SECTORS), lead: NO_LEAD };
const BD = { sectors: 12_219_392, lead: NO_LEAD };

/** What discs hold; the numbers for CD and DVD are Cedar Backup's. */
const MEDIA: Readonly<Record<MediaType, Medium>> = {
  "cdr-74": { ...CD_74, isRewritable: false },
  "cdrw-74": { ...CD_74, isRewritable: true },
  "cdr-80": { ...CD_80, isRewritable: false },
  "cdrw-80": { ...CD_80, isRewritable: true },
  "dvd+r": { ...DVD, isRewritable: false },
  "dvd+rw": { ...DVD, isRewritable: true },
  "bd-r": { ...BD, isRewritable: false },
  "bd-re": { ...BD, isRewritable: true },
};

export function isRewritable(type: MediaType): boolean {
  return MEDIA[type].isRewritable;
}

/**
 * How many bytes of data one more session can take. @param usedSectors 0 for a new disc.
 * @param capacityBytes in place of what the type says. Pure.
 */
export function freeBytes(
  type: MediaType,
  { usedSectors, capacityBytes }: { usedSectors: number; capacityBytes: number | undefined },
): number {
  const { sectors, lead } = MEDIA[type];
  const all = capacityBytes === undefined ? sectors : Math.floor(capacityBytes / SECTOR_BYTES);
  const free = all - usedSectors - (usedSectors === 0 ? lead[0] : lead[1]);
  return Math.max(0, free) * SECTOR_BYTES;
}
