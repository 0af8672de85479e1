import { lstatSync } from "node:fs";
import { join } from "node:path";
import { type BytePath, parentOf } from "../path/byte-path.ts";
import { inStore, METADATA, namesIn, PARTS, type Store } from "./layout.ts";
import { LinkBuilder } from "./link-builder.ts";

/** The tree of links of an expired snapshot that becomes the next one, for the system; undefined where there is none. */
export function findSpare(store: Store): string | undefined {
  const folder = inStore(store, METADATA, PARTS.spare);
  const [path] = namesIn(folder).map((name) => join(folder, name));
  return path !== undefined && lstatSync(path).isDirectory() ? path : undefined;
}

/**
 * Brings the spare up to the mirror while that is still being changed: what has changed since the snapshot that it was
 * is done when the next one is made. A spare is no snapshot, so it may hold anything when this is interrupted.
 * @returns folders in which the spare may differ from the mirror, beside those that have changed meanwhile; undefined
 * where it may differ anywhere.
 */
export async function refreshSpare(
  store: Store,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<BytePath> | undefined> {
  const builder = new LinkBuilder(signal, { goesOn: true });
  try {
    const spare = findSpare(store);
    if (spare === undefined) {
      return undefined;
    }
    await builder.build(inStore(store, store.mirror), spare, { isNew: false });
  } catch {
    // The snapshot meets it again, where it is an error.
    return undefined;
  }
  return new Set([...builder.failures.keys(), ...builder.unlinkable.map(parentOf)]);
}
