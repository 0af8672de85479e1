/** What is measured, by the name that tables, targets and charts give it. */
export const WORK = {
  startUp: "start-up",
  startUpCold: "start-up, cold cache",
  first: "first run",
  listing: "listing of the source",
  listingCold: "listing of the source, cold cache",
  unrotated: "nothing changed, nothing to rotate",
  unchanged: "nothing changed",
  unchangedCold: "nothing changed, cold cache",
  changed: "1 % changed every night",
  restoreFile: "restore of one file",
  restoreAll: "restore of everything",
  snapshot: "snapshot alone",
  rotation: "rotation alone",
  deletion: "deletion of a snapshot",
  steady: "snapshot + rotation, 30 kept, nothing changed",
  steadyChanged: "snapshot + rotation, 30 kept, 1 % changed",
  steadyBehind: "snapshot + rotation, 30 kept, 1 % changed on each of 30 nights",
  steadyWhole: "whole run, 30 kept, nothing changed",
  steadyWholeChanged: "whole run, 30 kept, 1 % changed",
} as const;

/** Parts of the bench that --only and --skip name. The first run is part of each that needs backups. */
export const PHASES = [
  "start-up",
  "first",
  "listing",
  "unchanged",
  "cold",
  "changed",
  "restore",
  "parts",
  "deletion",
  "steady",
] as const;

export type Phase = (typeof PHASES)[number];
