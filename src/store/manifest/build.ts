import { inStore, type Store } from "../layout.ts";
import type { ManifestEntry } from "./entry.ts";
import type { ManifestSeal } from "./file.ts";
import { Hasher } from "./hasher.ts";
import type { KnownHashes } from "./known-hashes.ts";
import { mergeByPath } from "./merge.ts";
import { readManifest } from "./read.ts";
import { lineOf, type SurveyedEntry, surveyTree } from "./survey.ts";
import { ManifestWriter } from "./write.ts";

/** A snapshot whose manifest's hashes may be used again: it still links the inodes that they are of. */
export interface Basis {
  name: string;
  seal: ManifestSeal;
}

export interface BuildOptions {
  /** The tree to list instead of the snapshot: the mirror, when that is the same and its inodes are to be recorded. */
  tree?: string;
  ofMirror: boolean;
  basis: Basis | undefined;
  /** Of files that were hashed before. */
  knownHashes?: KnownHashes | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Writes the manifest of a snapshot by listing all of it. A file that the basis has under the same path as the same
 * inode, with the same size and time, keeps the hash that it had: no published inode is ever written, so a difference
 * found later is damage.
 * @throws StoreError, TransferError, ManifestDamagedError; the system's error for a file that cannot be read.
 */
export async function buildManifest(store: Store, name: string, options: BuildOptions): Promise<ManifestSeal> {
  const { basis, signal, tree = inStore(store, name) } = options;
  const writer = new ManifestWriter(store, name);
  const hasher = new Hasher(tree, signal, options.knownHashes);
  const before = basis === undefined ? nothing() : readManifest(store, basis.name, basis.seal, signal);
  try {
    for await (const pairs of mergeByPath(
      { pieces: surveyTree(tree, signal), pathOf: ({ path }) => path },
      { pieces: before, pathOf: ({ path }) => path },
    )) {
      const present = pairs.flatMap(({ left, right }) => (left === undefined ? [] : [{ entry: left, known: right }]));
      const unknown = present.filter(({ entry, known }) => entry.type === "file" && !isSameFile(entry, known));
      const hashes = await hasher.hash(unknown.map(({ entry }) => entry));
      for (const { entry, known } of present) {
        const sha256 = isSameFile(entry, known) ? known.sha256 : hashes.get(entry.inode);
        const busy = writer.add(lineOf(entry, sha256));
        if (busy !== undefined) {
          await busy;
        }
      }
    }
    return await writer.finish(options.ofMirror);
  } finally {
    writer.discard();
    hasher.close();
  }
}

async function* nothing(): AsyncGenerator<ManifestEntry[]> {}

function isSameFile(entry: SurveyedEntry, known: ManifestEntry | undefined): known is ManifestEntry {
  return (
    entry.type === "file" &&
    known?.sha256 !== undefined &&
    known.inode === entry.inode &&
    known.size === entry.size &&
    known.time === entry.time
  );
}
