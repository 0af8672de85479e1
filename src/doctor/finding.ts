/** What is looked at, in the order of the report. */
export const CHECKS = [
  ...(["rsync", "clock", "udisks2", "timer", "sandbox"] as const),
  ...(["permissions", "store", "space", "mount", "links", "verify"] as const),
] as const;

export type Check = (typeof CHECKS)[number];

/** One thing that was looked at, and what to do about it. */
export interface Finding {
  check: Check;
  /** A problem endangers backups, or keeps them from being made; advice does not. */
  level: "fine" | "advice" | "problem";
  /** Undefined for what concerns the machine as a whole. */
  profile?: string;
  text: string;
  hint?: string;
}
