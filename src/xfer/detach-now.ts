import type { RunContext } from "../run/context.ts";
import type { Store } from "../store/layout.ts";
import { listSnapshots } from "../store/list.ts";
import { detachModule, mayShareInodes, writeDetachment } from "./detachment.ts";

/** Makes a module that came from elsewhere safe before the first upload: none of its inodes is a snapshot's. */
export async function detachNow(context: RunContext, store: Store): Promise<void> {
  const newest = listSnapshots(store).snapshots.at(-1);
  if (newest === undefined || !mayShareInodes(store)) {
    return;
  }
  await detachModule(context, store);
  // Nobody knows how this snapshot was made: the next one reads everything that it links to it.
  writeDetachment(store, { snapshot: newest.name, builtAt: 0 });
}
