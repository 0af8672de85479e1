import { closeSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { createOwnFile, readOwnFile } from "../path/own-file.ts";
import { inStore, METADATA, type Store } from "./layout.ts";
import { dropIndex } from "./source-index.ts";

const MARK = "mirror-changed";
const TWIN = "mirror-snapshot";

/** Notes that the mirror may differ from every snapshot: from before its first change until the next snapshot. */
export function markMirrorChanged(store: Store): void {
  dropIndex(store);
  closeSync(createOwnFile(inStore(store, METADATA, MARK)));
}

/**
 * Notes which snapshot the mirror is the same as: the one that was just made of it. Where that cannot be written the
 * mirror counts as changed, which costs the next run a look at everything.
 */
export function unmarkMirrorChanged(store: Store, snapshot: string): void {
  try {
    const fd = createOwnFile(inStore(store, METADATA, TWIN));
    try {
      writeFileSync(fd, snapshot);
    } finally {
      closeSync(fd);
    }
  } catch {
    return;
  }
  rmSync(inStore(store, METADATA, MARK), { force: true });
}

export function isMirrorChanged(store: Store): boolean {
  return existsSync(inStore(store, METADATA, MARK));
}

/**
 * The snapshot that the mirror is the same as, if that is known. It need not be the newest by its name: the clock may
 * have been set back since that one was taken.
 */
export function snapshotOfMirror(store: Store): string | undefined {
  if (isMirrorChanged(store)) {
    return undefined;
  }
  try {
    return readOwnFile(inStore(store, METADATA, TWIN));
  } catch {
    return undefined;
  }
}

/** Before the mirror is changed by a program that does not say when it begins. */
export function forgetMirrorSnapshot(store: Store): void {
  rmSync(inStore(store, METADATA, TWIN), { force: true });
}
