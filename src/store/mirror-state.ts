import { closeSync, existsSync, rmSync } from "node:fs";
import { createOwnFile } from "../path/own-file.ts";
import { inStore, METADATA, type Store } from "./layout.ts";
import { dropIndex } from "./source-index.ts";

const MARK = "mirror-changed";

/** Notes that the mirror may differ from the newest snapshot: from before its first change until the next snapshot. */
export function markMirrorChanged(store: Store): void {
  dropIndex(store);
  closeSync(createOwnFile(inStore(store, METADATA, MARK)));
}

export function unmarkMirrorChanged(store: Store): void {
  rmSync(inStore(store, METADATA, MARK), { force: true });
}

export function isMirrorChanged(store: Store): boolean {
  return existsSync(inStore(store, METADATA, MARK));
}
