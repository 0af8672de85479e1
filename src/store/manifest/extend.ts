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

/** So many changed paths. */
const LOOKED_AT_TOGETHER = 2048;

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
    const rewriter = new Rewriter(
      writer,
      changed,
      linesAhead(changed, (paths) => linesOf(tree, paths, hasher)),
    );
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

/** Asked for each path in turn, it looks at some together, and remembers no more. */
function linesAhead(
  paths: readonly BytePath[],
  linesOf: (paths: readonly BytePath[]) => Promise<ReadonlyMap<BytePath, string>>,
): (path: BytePath) => Promise<string> {
  let lines: ReadonlyMap<BytePath, string> = new Map();
  let asked = 0;
  return async (path) => {
    if (asked % LOOKED_AT_TOGETHER === 0) {
      lines = await linesOf(paths.slice(asked, asked + LOOKED_AT_TOGETHER));
    }
    asked += 1;
    return lines.get(path) ?? "";
  };
}

/** The lines of what is there. */
async function linesOf(
  tree: string,
  paths: readonly BytePath[],
  hasher: Hasher,
): Promise<ReadonlyMap<BytePath, string>> {
  const present = surveyPaths(tree, paths);
  const hashes = await hasher.hash(present.filter(({ type }) => type === "file"));
  return new Map(
    present.map((entry) => {
      const sha256 = hashes.get(entry.inode);
      return [entry.path, formatEntry(sha256 === undefined ? entry : { ...entry, sha256 })];
    }),
  );
}

/** A change in a folder can change the folder. */
function withParents(paths: ReadonlySet<BytePath>): Set<BytePath> {
  const all = new Set(paths);
  for (const path of paths) {
    all.add(parentOf(path));
  }
  return all.size === 0 ? all : all.add(TOP);
}
