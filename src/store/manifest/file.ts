import { linkSync, rmSync } from "node:fs";
import { inStore, METADATA, namesIn, type Store, syncFolder } from "../layout.ts";

/** What a snapshot's record says of its manifest. */
export interface ManifestSeal {
  /** Of the manifest's file, compressed as it is. */
  sha256: string;
  entries: number;
  /**
   * Whether the numbers of the inodes in it are those of the mirror too, as far as a path has not changed since: then
   * the next manifest may be made from this one and the changes alone.
   */
  ofMirror: boolean;
}

const SUFFIX = ".mtree.gz";

export function manifestPath(store: Store, name: string): string {
  return inStore(store, METADATA, `${name}${SUFFIX}`);
}

/** Where a manifest is written, before it gets its name. */
export function temporaryManifestPath(store: Store, name: string): string {
  return inStore(store, METADATA, `.${name}${SUFFIX}.new`);
}

/** Removes a snapshot's manifest, if it has one. */
export function removeManifest(store: Store, name: string): void {
  rmSync(manifestPath(store, name), { force: true });
}

/** Removes the manifests that no snapshot has, and those that were never finished. */
export function removeStrayManifests(store: Store, snapshots: readonly string[]): void {
  const folder = inStore(store, METADATA);
  for (const file of namesIn(folder)) {
    const isStray = file.endsWith(SUFFIX) && !snapshots.includes(file.slice(0, -SUFFIX.length));
    if (isStray || file.endsWith(`${SUFFIX}.new`)) {
      rmSync(`${folder}/${file}`, { force: true });
    }
  }
}

/** Gives a snapshot the manifest of another one that is the same in everything. @returns false where links cannot be. */
export function shareManifest(store: Store, from: string, to: string): boolean {
  removeManifest(store, to);
  try {
    linkSync(manifestPath(store, from), manifestPath(store, to));
  } catch {
    return false;
  }
  syncFolder(inStore(store, METADATA));
  return true;
}
