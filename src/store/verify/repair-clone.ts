import { renameSync } from "node:fs";
import { recordOf } from "../adopted-record.ts";
import { btrfs, isReadOnly, isSubvolume, setReadOnly } from "../backend.ts";
import { inStore, METADATA, PARTS, type Store } from "../layout.ts";
import { findSnapshot } from "../list.ts";
import { revealSnapshot } from "../publish.ts";
import { emptyTrash } from "../trash.ts";
import { syncFileSystem } from "../whole-tree.ts";
import type { Healing, Place, RepairPlan } from "./repair-plan.ts";

/** Writable copies of read-only snapshots, by the snapshot's name. */
export type Clones = ReadonlyMap<string, string>;

/** Copies the snapshots of a plan that are subvolumes, each to where an unfinished one would be: killed, it is discarded. */
export async function cloneSubvolumes(store: Store, { healings }: RepairPlan): Promise<Clones> {
  const clones = new Map<string, string>();
  for (const name of namesOf(healings)) {
    const clone = inStore(store, METADATA, PARTS.building, name);
    if (isSubvolume(inStore(store, name))) {
      await btrfs(["subvolume", "snapshot", inStore(store, name), clone]);
      clones.set(name, clone);
    }
  }
  return clones;
}

/** The same healing, in the copies. Pure. */
export function inClones(healing: Healing, clones: Clones): Healing {
  const move = (place: Place): Place => ({ ...place, tree: clones.get(place.name) ?? place.tree });
  return { ...healing, places: healing.places.map(move), donor: move(healing.donor) };
}

/**
 * Puts each copy in which something was healed in the place of its snapshot, read-only as that one was. The copy is on
 * the disk before, so that whenever this is interrupted one of the two is there, or is given its name at the next start.
 */
export async function exchangeSubvolumes(store: Store, clones: Clones, healed: readonly Healing[]): Promise<void> {
  const names = namesOf(healed);
  for (const [name, clone] of clones) {
    if (!names.has(name)) {
      await btrfs(["subvolume", "delete", clone]);
      continue;
    }
    const path = inStore(store, name);
    const wasReadOnly = isReadOnly(path);
    await syncFileSystem(clone, {});
    if (wasReadOnly) {
      await setReadOnly(path, false);
    }
    const record = recordOf(findSnapshot(store, name));
    renameSync(path, inStore(store, METADATA, PARTS.trash, `${name}.${Date.now()}`));
    await revealSnapshot(store, record);
    if (wasReadOnly && !isReadOnly(path)) {
      await setReadOnly(path, true);
    }
  }
  if (clones.size > 0) {
    await emptyTrash(store);
  }
}

function namesOf(healings: readonly Healing[]): Set<string> {
  return new Set(healings.flatMap(({ places }) => places.map(({ name }) => name)).filter((name) => name !== "mirror"));
}
