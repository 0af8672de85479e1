import { Beneath } from "../../path/beneath.ts";
import { Breath } from "../breath.ts";
import { inStore, type Store } from "../layout.ts";
import type { ManifestEntry } from "./entry.ts";
import type { ManifestSeal } from "./file.ts";
import { hashFile } from "./hash.ts";
import type { HashAhead } from "./hash-ahead.ts";
import { mergeByPath } from "./merge.ts";
import { formatEntry } from "./mtree.ts";
import { readManifest } from "./read.ts";
import { surveyTree } from "./survey.ts";
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
  ahead?: HashAhead | undefined;
  signal?: AbortSignal | undefined;
}

/** So many hashes are remembered for the other hard links of a file. */
const REMEMBERED = 20_000;

/**
 * Writes the manifest of a snapshot by listing all of it. A file that the basis has under the same path as the same
 * inode, with the same size and time, keeps the hash that it had: no published inode is ever written, so a difference
 * found later is damage.
 * @throws StoreError, TransferError, ManifestDamagedError; the system's error for a file that cannot be read.
 */
export async function buildManifest(store: Store, name: string, options: BuildOptions): Promise<ManifestSeal> {
  const { basis, signal, tree = inStore(store, name) } = options;
  const writer = new ManifestWriter(store, name);
  const hasher = new Hasher(tree, signal, options.ahead);
  const before = basis === undefined ? nothing() : readManifest(store, basis.name, basis.seal, signal);
  try {
    for await (const pairs of mergeByPath(
      { pieces: surveyTree(tree, signal), pathOf: ({ path }) => path },
      { pieces: before, pathOf: ({ path }) => path },
    )) {
      for (const { left: entry, right: known } of pairs) {
        if (entry !== undefined) {
          await writer.add(formatEntry(isSameFile(entry, known) ? keepHash(entry, known) : await hasher.add(entry)));
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

function isSameFile(entry: ManifestEntry, known: ManifestEntry | undefined): known is ManifestEntry {
  return (
    entry.type === "file" &&
    known?.sha256 !== undefined &&
    known.inode === entry.inode &&
    known.size === entry.size &&
    known.time === entry.time
  );
}

function keepHash(entry: ManifestEntry, { sha256 }: ManifestEntry): ManifestEntry {
  return sha256 === undefined ? entry : { ...entry, sha256 };
}

/** Adds the hashes of files; the hard links of one file cost one reading. */
export class Hasher {
  private readonly beneath: Beneath;
  private readonly signal: AbortSignal | undefined;
  private readonly ahead: HashAhead | undefined;
  private readonly recent = new Map<string, string>();
  private readonly breath = new Breath();

  constructor(tree: string, signal: AbortSignal | undefined, ahead?: HashAhead) {
    this.beneath = new Beneath(tree);
    this.signal = signal;
    this.ahead = ahead;
  }

  async add(entry: ManifestEntry): Promise<ManifestEntry> {
    if (entry.type !== "file") {
      return entry;
    }
    await this.breath.take(this.signal);
    const known = this.ahead?.hashOf(entry);
    if (known !== undefined) {
      return { ...entry, sha256: known };
    }
    const sha256 = this.recent.get(entry.inode) ?? (await hashFile(this.beneath, entry.path, this.signal)).sha256;
    if (this.recent.size >= REMEMBERED) {
      this.recent.clear();
    }
    this.recent.set(entry.inode, sha256);
    return { ...entry, sha256 };
  }

  close(): void {
    this.beneath.close();
  }
}
