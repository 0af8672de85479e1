import { closeSync } from "node:fs";
import { withBeneath } from "../../path/beneath.ts";
import { ancestorsOf, type BytePath, childOf, TOP } from "../../path/byte-path.ts";
import { FOLDER_ITSELF } from "../../path/open-folder.ts";
import type { Item } from "../../transfer/items.ts";
import { isSmall, type SortedFiles } from "../../transfer/small-files.ts";
import { inodeOf, sizeOf } from "../../tree/facts.ts";
import { type EntryType, entryOfStatus } from "../manifest/entry.ts";
import { surveyPieces } from "../manifest/survey.ts";
import type { SurveyPiece } from "../manifest/survey-piece.ts";
import { NumberSet } from "../number-table.ts";

/**
 * Parts of a snapshot that go to where nothing of them is. They need no comparison, which takes as long as half of the
 * copying, and their paths are not remembered: there may be millions.
 */
export interface Whole {
  /** What is restored with all that is in it, sorted; nothing stands for all names at the top of the snapshot. */
  roots: readonly BytePath[];
  /** How many paths there are. */
  entries: number;
  /** Bytes of the contents that are copied. */
  bytes: number;
  /** The inodes that have two names among them, or more. */
  linked: NumberSet;
}

/** rsync's item letters for what is new. */
const NEW: Record<EntryType, string> = {
  file: ">f+++++++++",
  dir: "cd+++++++++",
  link: "cL+++++++++",
  fifo: "cS+++++++++",
  socket: "cS+++++++++",
  char: "cD+++++++++",
  block: "cD+++++++++",
};

/**
 * Counts what lies at and below roots of a snapshot, and does not leave its file system. The roots must be there.
 * @throws TransferError when a part of it cannot be read.
 */
export async function measureWhole(tree: string, roots: readonly BytePath[], signal?: AbortSignal): Promise<Whole> {
  const whole: Whole = { roots, entries: 0, bytes: 0, linked: new NumberSet() };
  const inodes = new NumberSet();
  const add = (inode: bigint, size: number) => {
    whole.entries += 1;
    if (inode === 0n || inodes.add(inode)) {
      whole.bytes += size;
    } else {
      whole.linked.add(inode);
    }
  };
  for (const root of rootsOf(roots)) {
    const single = singleAt(tree, root);
    if (single !== undefined) {
      add(BigInt(single.inode), single.size);
      continue;
    }
    for await (const piece of surveyBelow(tree, root, signal)) {
      while (piece.next()) {
        add(inodeOf(piece.bytes, piece.at), piece.isFile ? sizeOf(piece.bytes, piece.at) : 0);
      }
    }
    // The top of a snapshot is no part of what is in it.
    whole.entries -= root === TOP ? 1 : 0;
  }
  inodes.free();
  return whole;
}

/**
 * What rsync would say of each path, but for which of a file's names is the first one; parents first.
 * @throws TransferError
 */
export async function* itemsOfWhole(
  tree: string,
  roots: readonly BytePath[],
  signal?: AbortSignal,
): AsyncGenerator<Item> {
  for (const root of rootsOf(roots)) {
    const single = singleAt(tree, root);
    if (single !== undefined) {
      yield newItem(single);
      continue;
    }
    for await (const piece of surveyBelow(tree, root, signal)) {
      while (piece.next()) {
        const path = pathOf(piece, root);
        if (path !== TOP) {
          yield newItem({ path, type: piece.type, size: sizeOf(piece.bytes, piece.at) });
        }
      }
    }
  }
}

/**
 * All names of files that have two in what is restored, in pieces: before them the folders that they lie in, but for those
 * above the roots.
 * @throws TransferError
 */
export async function* linkedPaths(
  tree: string,
  { roots, linked }: Whole,
  signal?: AbortSignal,
): AsyncGenerator<BytePath[]> {
  for (const root of rootsOf(roots)) {
    const single = singleAt(tree, root);
    if (single !== undefined) {
      yield linked.has(BigInt(single.inode)) ? [root] : [];
      continue;
    }
    let last = TOP;
    for await (const piece of surveyBelow(tree, root, signal)) {
      const paths: BytePath[] = [];
      while (piece.next()) {
        const inode = inodeOf(piece.bytes, piece.at);
        if (inode !== 0n && linked.has(inode)) {
          const path = pathOf(piece, root);
          paths.push(...foldersOf(path, root).filter((folder) => !last.startsWith(`${folder}/`)), path);
          last = path;
        }
      }
      yield paths;
    }
  }
}

/** All but that, sorted, in pieces. @throws TransferError */
export async function* sortUnlinked(
  tree: string,
  { roots, linked }: Whole,
  signal?: AbortSignal,
): AsyncGenerator<SortedFiles> {
  for (const root of rootsOf(roots)) {
    if (singleAt(tree, root) !== undefined) {
      yield { files: [], others: [root] };
      continue;
    }
    for await (const piece of surveyBelow(tree, root, signal)) {
      const sorted: SortedFiles = { files: [], others: [] };
      while (piece.next()) {
        const inode = inodeOf(piece.bytes, piece.at);
        if (inode === 0n || !linked.has(inode)) {
          const isForUs = piece.isFile && isSmall(sizeOf(piece.bytes, piece.at));
          (isForUs ? sorted.files : sorted.others).push(pathOf(piece, root));
        }
      }
      yield sorted;
    }
  }
}

/** The folders above a path up to a root, the highest first. */
function foldersOf(path: BytePath, root: BytePath): BytePath[] {
  const folders = ancestorsOf(path).filter((folder) => folder.length >= root.length);
  return folders.reverse();
}

/** What rsync would say of something new. Pure. */
export function newItem({ path, type, size }: { path: BytePath; type: EntryType; size: number }): Item {
  return { code: NEW[type], length: type === "file" ? size : 0, path, directory: type === "dir" };
}

function rootsOf(roots: readonly BytePath[]): readonly BytePath[] {
  return roots.length === 0 ? [TOP] : roots;
}

/** What is no folder, and so has nothing below it. */
function singleAt(tree: string, root: BytePath) {
  const status = root === TOP ? undefined : withBeneath(tree, (beneath) => beneath.look(root));
  const entry = status === undefined ? undefined : entryOfStatus(root, status);
  return entry?.type === "dir" ? undefined : entry;
}

function pathOf({ path }: SurveyPiece, root: BytePath): BytePath {
  return path === TOP ? root : childOf(root, path);
}

/** The entries at and below a folder of a tree, their paths relative to that folder. */
async function* surveyBelow(tree: string, folder: BytePath, signal?: AbortSignal): AsyncGenerator<SurveyPiece> {
  const fd = folder === TOP ? undefined : withBeneath(tree, (beneath) => beneath.open(folder, FOLDER_ITSELF));
  try {
    const top = fd === undefined ? tree : `/proc/${process.pid}/fd/${fd}`;
    yield* surveyPieces(top, { isPlain: true, signal });
  } finally {
    if (fd !== undefined) {
      closeSync(fd);
    }
  }
}
