import { lstatSync } from "node:fs";
import { resolve } from "node:path";
import { unmountedFileSystemAbove } from "../disk/mounts.ts";
import { BakupError } from "../errors/errors.ts";
import { knownStoreId } from "../run/known-stores.ts";
import { readIdentity } from "../store/identity.ts";
import { openStoreOfMirror, type Store } from "../store/layout.ts";
import { Refusal } from "./refusal.ts";

/**
 * Opens the store around a module before an upload, and sees that it is the one we know: an upload must not land below
 * a mount point whose disk is not there. The caller closes it.
 * @throws Refusal "broken"
 */
export function openOwnStore(modulePath: string): Store {
  let store: Store;
  try {
    store = openStoreOfMirror(modulePath);
  } catch (error) {
    throw broken(error instanceof BakupError ? error.message : String(error));
  }
  try {
    const problem = findProblem(store, modulePath);
    if (problem !== undefined) {
      throw broken(problem);
    }
    return store;
  } catch (error) {
    store.close();
    throw error;
  }
}

function findProblem(store: Store, modulePath: string): string | undefined {
  const unmounted = unmountedFileSystemAbove(store.path);
  if (unmounted !== undefined) {
    return `${unmounted} is in /etc/fstab but not mounted; ${store.path} lies below it`;
  }
  const identity = readIdentity(store);
  const known = knownStoreId(store.path);
  if (known !== undefined && identity?.id !== known) {
    return `${store.path} is not the store that it was before (another disk?); if it is right: bakup accept --store ${store.path}`;
  }
  if (identity !== undefined && identity.mirror !== store.mirror) {
    return `${store.path} belongs to "${identity.mirror}"; give each module a folder of its own, as in ${modulePath}/latest`;
  }
  if (lstatSync(resolve(modulePath), { throwIfNoEntry: false })?.isDirectory() === false) {
    return `the module's path ${modulePath} is a link or a file; name the folder itself`;
  }
  return undefined;
}

function broken(detail: string): Refusal {
  return new Refusal("broken", "the server cannot keep an upload now; its log says why", detail);
}
