import type { Peer } from "../config/model.ts";

/** Whether a peer may be away today. @param isWeekly it is the starting day, or a full backup was asked for. Pure. */
export function isFailureIgnored(mode: Peer["ignoreFailures"], isWeekly: boolean): boolean {
  return mode === "all" || (mode !== "none" && (mode === "weekly") === isWeekly);
}
