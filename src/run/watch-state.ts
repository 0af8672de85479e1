import { join } from "node:path";
import { readJson, writeJson } from "../store/files.ts";
import { ensureStateFolder, profileStateFolder } from "./state-folder.ts";

/** What the watch remembers of a profile. Times are ISO 8601 in UTC. */
export interface WatchState {
  /** When it was looked at first. */
  watchedSince: string;
  /** Set while people know that a complete snapshot is missing. */
  alarm?: { since: string };
  /** What they were told last, and the channels by which that has failed so far. */
  untold?: { kind: "absence" | "recovery"; channels: readonly string[] };
}

const FILE = "watch.json";

/** Undefined when the profile has never been watched, or the file is damaged: then it starts anew. */
export function readWatchState(profile: string): WatchState | undefined {
  try {
    const state = readJson(join(profileStateFolder(profile), FILE));
    return typeof state?.watchedSince === "string" ? (state as unknown as WatchState) : undefined;
  } catch {
    return undefined;
  }
}

export function writeWatchState(profile: string, state: WatchState): void {
  writeJson(join(ensureStateFolder("profiles", profile), FILE), state);
}
