import type { Profile } from "../config/profile.ts";
import { readProfileState } from "../run/profile-state.ts";
import { isOtherStore, openProfileStore } from "../run/profile-store.ts";
import { listSnapshots } from "../store/list.ts";

/**
 * When the newest complete backup of a profile began (ms since 1970): what its store holds, where that is here, else
 * what this machine remembers. What is dated in the future, by a clock that was wrong, does not count.
 */
export function lastCompleteStart(profile: Profile, now: number): number | undefined {
  const found = startsInStore(profile) ?? rememberedStarts(profile.name);
  return found.filter((start) => start <= now).at(-1);
}

/** Oldest first; undefined when the store of this profile cannot be looked into. */
function startsInStore(profile: Profile): number[] | undefined {
  if (profile.destination.parsed.kind !== "local") {
    return undefined;
  }
  try {
    const store = openProfileStore(profile);
    try {
      const complete = listSnapshots(store).snapshots.filter(({ state }) => state === "complete");
      return isOtherStore(store) ? undefined : complete.map(({ instant }) => instant);
    } finally {
      store.close();
    }
  } catch {
    // The disk is elsewhere, as most of the time it may be.
    return undefined;
  }
}

function rememberedStarts(profile: string): number[] {
  const { lastComplete } = readProfileState(profile);
  return lastComplete === undefined ? [] : [Date.parse(lastComplete.started)];
}
