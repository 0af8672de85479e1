export interface NewDiscFacts {
  full: boolean;
  /** It is the first store of the week. */
  isWeeksFirst: boolean;
  /** Both or neither is configured. */
  blankMode: "daily" | "weekly" | undefined;
  blankFactor: number | undefined;
  /** What is left on the disc, and what today's session needs. */
  freeBytes: number;
  neededBytes: number;
}

/**
 * Whether a new disc is begun, which for a rewritable one means that it is blanked: with --full always; else in the
 * week's first store, or, where a factor is configured, when too little room is left for the rest of the week. Pure.
 */
export function beginsNewDisc(facts: NewDiscFacts): boolean {
  const { full, isWeeksFirst, blankMode, blankFactor, freeBytes, neededBytes } = facts;
  if (full || blankMode === undefined || blankFactor === undefined) {
    return full || isWeeksFirst;
  }
  return (blankMode === "daily" || isWeeksFirst) && freeBytes / (1 + neededBytes) <= blankFactor;
}
