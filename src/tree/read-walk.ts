import { closeSync, constants, openSync } from "node:fs";
import { errnoOf } from "../errors/describe.ts";
import { type Addon, loadAddon, type Walk } from "../process/addon.ts";

/** A part of the tree cannot be read; the message says where, and why. */
export class WalkError extends Error {}

/** As many pieces are made ahead as there are threads to be kept busy, and one that is done. */
const PIECES_AHEAD = 3;

/**
 * Walks through a tree with the addon, in pieces, to its end.
 * @param begin the walk, from the open top. @throws WalkError; the reason of an abort.
 */
export async function* readWalk(
  tree: string,
  begin: (addon: Addon, top: number) => Walk,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const addon = loadAddon();
  const top = openTop(tree);
  const walk = begin(addon, top);
  const ahead = Array.from({ length: PIECES_AHEAD }, () => readPiece(addon, walk));
  try {
    for (let piece = await ahead.shift(); piece; piece = await ahead.shift()) {
      ahead.push(readPiece(addon, walk));
      signal?.throwIfAborted();
      yield piece;
    }
  } finally {
    await Promise.allSettled(ahead);
    addon.closeWalk(walk);
    closeSync(top);
  }
}

function openTop(tree: string): number {
  try {
    return openSync(`${tree}/.`, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    throw new WalkError(`it cannot be opened: ${errnoOf(error)}`, { cause: error });
  }
}

/** Nobody may be waiting yet when it fails. */
function readPiece(addon: Addon, walk: Walk): Promise<Buffer | null> {
  const piece = addon.readWalk(walk).catch((error: Error) => {
    throw new WalkError(error.message, { cause: error });
  });
  piece.catch(() => undefined);
  return piece;
}
