import type { BytePath } from "../../path/byte-path.ts";
import { inStore, type Store } from "../layout.ts";
import type { ManifestEntry } from "./entry.ts";
import type { ManifestSeal } from "./file.ts";
import { Hasher } from "./hasher.ts";
import type { KnownHashes } from "./known-hashes.ts";
import { mergeByPath } from "./merge.ts";
import { withEnd } from "./mtree.ts";
import { readManifest } from "./read.ts";
import { lineOf, surveyPieces, surveyTree } from "./survey.ts";
import type { SurveyedEntry, SurveyPiece } from "./survey-piece.ts";
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
  /** Nothing in the tree has ACLs or other extended attributes. */
  isPlain?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/** More than a hash, an inode and a digest of attributes take of a line, with their words. */
const MOST_OF_END = 192;

/** A manifest that is being written, and what it is made of. */
interface Building {
  tree: string;
  writer: ManifestWriter;
  hasher: Hasher;
  signal: AbortSignal | undefined;
}

/**
 * Writes the manifest of a snapshot by listing all of it. A file that the basis has under the same path as the same
 * inode, with the same size and time, keeps the hash that it had: no published inode is ever written, so a difference
 * found later is damage.
 * @throws StoreError, TransferError, ManifestDamagedError; the system's error for a file that cannot be read.
 */
export async function buildManifest(store: Store, name: string, options: BuildOptions): Promise<ManifestSeal> {
  const { basis, knownHashes, isPlain, signal, tree = inStore(store, name) } = options;
  const writer = new ManifestWriter(store, name);
  const building = { tree, writer, hasher: new Hasher(tree, signal), signal };
  try {
    // What was hashed while the tree was being made is new, and in no basis.
    const entries =
      basis === undefined || knownHashes !== undefined
        ? await addAnew(building, { knownHashes, isPlain })
        : await addWith(building, readManifest(store, basis.name, basis.seal, signal));
    return await writer.finish(options.ofMirror, entries);
  } finally {
    writer.discard();
    building.hasher.close();
  }
}

/** @returns how many entries there are. */
async function addWith({ tree, writer, hasher, signal }: Building, basis: AsyncIterable<ManifestEntry[]>) {
  let entries = 0;
  for await (const pairs of mergeByPath(
    { pieces: surveyTree(tree, signal), pathOf: ({ path }) => path },
    { pieces: basis, pathOf: ({ path }) => path },
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
    entries += present.length;
  }
  return entries;
}

/** The same where nothing is known of before but what was hashed while the tree was being made. */
async function addAnew(
  { tree, writer, hasher, signal }: Building,
  { knownHashes, isPlain }: Pick<BuildOptions, "knownHashes" | "isPlain">,
): Promise<number> {
  let entries = 0;
  for await (const piece of surveyPieces(tree, { isPlain, signal })) {
    const hashes = await hashesOf(piece, hasher, knownHashes);
    const lines = Buffer.allocUnsafe(piece.bytes.length + hashes.length * MOST_OF_END);
    let end = 0;
    for (let index = 0; piece.next(); index += 1) {
      end = piece.copyHead(lines, end);
      end += lines.write(endOfLine(piece, hashes[index]), end, "latin1");
    }
    entries += hashes.length;
    await writer.addText(lines.subarray(0, end));
  }
  return entries;
}

/** Of each entry, in their order; undefined for what is no file. */
async function hashesOf(piece: SurveyPiece, hasher: Hasher, known: KnownHashes | undefined) {
  const hashes: (string | undefined)[] = [];
  const unknown = new Map<number, { path: BytePath; inode: string }>();
  while (piece.next()) {
    const sha256 = piece.isFile ? known?.hashOf(piece.bytes, piece.at) : undefined;
    if (piece.isFile && sha256 === undefined) {
      unknown.set(hashes.length, { path: piece.path, inode: piece.inode });
    }
    hashes.push(sha256);
  }
  const found = await hasher.hash([...unknown.values()]);
  for (const [index, { inode }] of unknown) {
    hashes[index] = found.get(inode);
  }
  return hashes;
}

function endOfLine({ inode, xattrs }: SurveyPiece, sha256: string | undefined): string {
  return withEnd("", { inode, xattrs, sha256 });
}

function isSameFile(entry: SurveyedEntry, known: ManifestEntry | undefined): known is ManifestEntry {
  return (
    entry.type === "file" &&
    known?.sha256 !== undefined &&
    known.inode === entry.inode &&
    known.size === entry.size &&
    known.time === entry.time
  );
}
