import { lstatSync, rmSync } from "node:fs";
import { makeOwnFolder, type OwnFolder } from "../../path/own-folder.ts";
import { isSubvolume } from "../backend.ts";
import { inStore, METADATA, PARTS, type Store } from "../layout.ts";
import { formatTime } from "../manifest/entry.ts";
import { markMirrorChanged } from "../mirror-state.ts";
import type { Place } from "./repair-plan.ts";
import { setTime } from "./set-time.ts";

/** In a subvolume, which shares no inode with anything outside. */
const NAME = ".bakup-repair";

interface Workshop {
  folder: OwnFolder;
  place: string;
  /** The subvolume that it lies in, and the time of that one's folder. */
  subvolume?: { path: string; time: string };
}

/** Folders to make good copies in: one for the store and one in each subvolume, made when first needed. */
export class Workshops {
  private readonly open = new Map<string, Workshop>();
  private readonly store: Store;

  constructor(store: Store) {
    this.store = store;
  }

  /** Places by the folder from which something can be renamed to them. */
  sortPlaces(places: readonly Place[]): Map<string, Place[]> {
    const sorted = new Map<string, Place[]>();
    for (const place of places) {
      const folder = this.folderFor(place);
      sorted.set(folder, [...(sorted.get(folder) ?? []), place]);
    }
    return sorted;
  }

  /** Removes them all; a subvolume's own folder has the time again that it had. */
  async close(): Promise<void> {
    for (const { folder, place, subvolume } of this.open.values()) {
      folder.close();
      rmSync(place, { recursive: true, force: true });
      if (subvolume !== undefined) {
        await setTime(`${subvolume.path}/.`, subvolume.time);
      }
    }
  }

  private folderFor({ name, tree }: Place): string {
    const subvolume = isSubvolume(tree) ? tree : undefined;
    const place = subvolume === undefined ? inStore(this.store, METADATA, PARTS.building, "repair") : `${tree}/${NAME}`;
    const known = this.open.get(place);
    if (known !== undefined) {
      return known.folder.path;
    }
    if (subvolume !== undefined && name === "mirror") {
      // Killed, we leave the folder there: the next run must not rely on what it knows of the mirror.
      markMirrorChanged(this.store);
    }
    const before = subvolume && { path: subvolume, time: timeOf(subvolume) };
    const made: Workshop = { folder: makeOwnFolder(place), place, ...(before && { subvolume: before }) };
    this.open.set(place, made);
    return made.folder.path;
  }
}

function timeOf(folder: string): string {
  return formatTime(lstatSync(folder, { bigint: true }).mtimeNs);
}
