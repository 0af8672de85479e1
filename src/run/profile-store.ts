import { resolve } from "node:path";
import type { Profile } from "../config/profile.ts";
import { refuseUnmounted } from "../disk/mounts.ts";
import { NotYetError } from "../errors/errors.ts";
import { readIdentity } from "../store/identity.ts";
import { openStoreOfMirror, type Store, storePathOf } from "../store/layout.ts";
import { knownStoreId } from "./known-stores.ts";
import { lookThere } from "./look-there.ts";

/** Opens the folder that holds a profile's snapshots. @throws NotYetError, SnapshotsFolderNotFoundError */
export function openProfileStore({ destination }: Profile): Store {
  const { location, parsed } = destination;
  if (parsed.kind !== "local") {
    throw new NotYetError(`${location} is on another machine: this version looks into local stores only`, {
      hint: `look into it over there: ${lookThere(destination)}`,
    });
  }
  const mirror = resolve(parsed.directory);
  refuseUnmounted(storePathOf(parsed.directory === "" ? "" : mirror));
  return openStoreOfMirror(mirror);
}

/** Whether this machine has seen another store at this path before. */
export function isOtherStore(store: Store): boolean {
  const known = knownStoreId(store.path);
  return known !== undefined && readIdentity(store)?.id !== known;
}
