import { type BytePath, parentOf, TOP } from "../../path/byte-path.ts";
import { inStore, type Store } from "../layout.ts";
import type { Basis } from "./build.ts";
import { type ManifestSeal, removeManifest, shareManifest } from "./file.ts";
import { Hasher } from "./hasher.ts";
import { formatEntry } from "./mtree.ts";
import { readText } from "./read.ts";
import { Rewriter } from "./rewrite.ts";
import { surveyPaths } from "./survey.ts";
import { ManifestWriter } from "./write.ts";

export interface ExtendOptions {
  /** The tree to look into, as for `buildManifest`. */
  tree?: string;
  /** All paths at which the snapshot may differ from the basis, in any order. */
  changed: ReadonlySet<BytePath>;
  /** How many entries the snapshot has: otherwise something else has changed. */
  entries: number;
  signal?: AbortSignal | undefined;
}

/**
 * Writes the manifest of a snapshot from that of the one before and the paths that have changed since: nothing else is
 * looked at. Without a change both share one file.
 * @returns undefined, and leaves no manifest, when the count of entries says that more has changed.
 * @throws StoreError, ManifestDamagedError; the system's error for a file that cannot be read.
 */
export async function extendManifest(
  store: Store,
  name: string,
  basis: Basis,
  options: ExtendOptions,
): Promise<ManifestSeal | undefined> {
  if (options.changed.size === 0 && basis.seal.entries === options.entries && shareManifest(store, basis.name, name)) {
    return basis.seal;
  }
  const { signal, tree = inStore(store, name) } = options;
  const changed = [...withParents(options.changed)].sort();
  const writer = new ManifestWriter(store, name);
  const hasher = new Hasher(tree, signal);
  try {
    const present = new Map(surveyPaths(tree, changed).map((entry) => [entry.path, entry]));
    const hashes = await hasher.hash([...present.values()].filter(({ type }) => type === "file"));
    const rewriter = new Rewriter(writer, changed, (path) => {
      const entry = present.get(path);
      const sha256 = entry === undefined ? undefined : hashes.get(entry.inode);
      return entry === undefined ? "" : formatEntry(sha256 === undefined ? entry : { ...entry, sha256 });
    });
    for await (const text of readText(store, basis.name, basis.seal, signal)) {
      await rewriter.pass(text);
    }
    await rewriter.end();
    const seal = await writer.finish(true, basis.seal.entries + rewriter.more);
    if (seal.entries !== options.entries) {
      removeManifest(store, name);
      return undefined;
    }
    return seal;
  } finally {
    writer.discard();
    hasher.close();
  }
}

/** A change in a folder can change the folder. */
function withParents(paths: ReadonlySet<BytePath>): Set<BytePath> {
  const all = new Set(paths);
  for (const path of paths) {
    all.add(parentOf(path));
  }
  return all.size === 0 ? all : all.add(TOP);
}
