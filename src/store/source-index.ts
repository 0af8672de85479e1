import { rmSync } from "node:fs";
import { StoreError } from "../errors/errors.ts";
import type { IndexOwner, IndexTimes } from "../transfer/index/reason-to-walk.ts";
import type { TreeSize } from "../transfer/statistics.ts";
import { readJson, writeJson } from "./files.ts";
import { ensureFolder, inStore, METADATA, namesIn, type Store, syncFolder } from "./layout.ts";

/**
 * What the source was when the mirror was last made equal to it: a listing, and what the listing belongs to. It stands
 * only as long as nothing changes the mirror.
 */
export interface SourceIndex {
  version: typeof INDEX_VERSION;
  owner: IndexOwner;
  times: IndexTimes;
  size: TreeSize;
  /** Paths that count as changed whatever the listing says, each character a byte. */
  again: string[];
  /** Name of the file with the packed listing. */
  listing: string;
}

/** Why the index is not used any more, until a person accepts it again. */
export interface IndexDoubt {
  when: string;
  /** So many changes it had missed. */
  missed: number;
  /** One of them, for people. */
  example: string;
}

export const INDEX_VERSION = 1;
/** Part of the metadata that only runs with an index make. */
export const INDEX_FOLDER = "index";
const INDEX = "index.json";
const DOUBT = "doubt.json";
/** The plain listing of the run that is going on. */
const PLAIN = "listing.new";

/** A path in the index's folder, which is made when it is missing. */
export function inIndex(store: Store, name: string): string {
  ensureFolder(store, INDEX_FOLDER);
  return inStore(store, METADATA, INDEX_FOLDER, name);
}

export function plainListing(store: Store): string {
  return inIndex(store, PLAIN);
}

/** The index; undefined when there is none that this version can read. */
export function readIndex(store: Store): SourceIndex | undefined {
  const json = read(store, INDEX);
  const { owner, times, size, again, listing } = json ?? {};
  const isWhole =
    json?.version === INDEX_VERSION &&
    [owner, times, size].every((part) => typeof part === "object" && part !== null) &&
    Array.isArray(again) &&
    typeof listing === "string";
  return isWhole ? (json as unknown as SourceIndex) : undefined;
}

/** Must stand before the first change of the mirror, also through a power cut. */
export function dropIndex(store: Store): void {
  if (namesIn(inStore(store, METADATA, INDEX_FOLDER)).includes(INDEX)) {
    rmSync(inStore(store, METADATA, INDEX_FOLDER, INDEX));
    syncFolder(inStore(store, METADATA, INDEX_FOLDER));
  }
}

/** Makes this the index; its listing must be there. What other indexes have left goes. @throws StoreError */
export function writeIndex(store: Store, index: SourceIndex): void {
  writeJson(inIndex(store, INDEX), index);
  removeOthers(store, index.listing);
}

/** Removes what a run that made no index has left. */
export function tidyIndex(store: Store): void {
  removeOthers(store, readIndex(store)?.listing);
}

function removeOthers(store: Store, listing: string | undefined): void {
  for (const name of namesIn(inStore(store, METADATA, INDEX_FOLDER))) {
    if (name.startsWith("listing") && name !== listing) {
      rmSync(inStore(store, METADATA, INDEX_FOLDER, name), { force: true });
    }
  }
}

/** Whether the index must not be used; a damaged note of it says so as well. */
export function isIndexDoubted(store: Store): boolean {
  return namesIn(inStore(store, METADATA, INDEX_FOLDER)).includes(DOUBT);
}

/** The doubt, if there is one. @throws StoreError when the note of it is damaged. */
export function readIndexDoubt(store: Store): IndexDoubt | undefined {
  if (!isIndexDoubted(store)) {
    return undefined;
  }
  const { when, missed, example } = read(store, DOUBT) ?? {};
  if (typeof when !== "string" || typeof missed !== "number" || typeof example !== "string") {
    const file = `${store.path}/${METADATA}/${INDEX_FOLDER}/${DOUBT}`;
    throw new StoreError(`${file} is damaged: nobody knows any more which changes the index of the source had missed`, {
      hint: `remove it: the next run compares everything and makes a new index: rm ${file}`,
    });
  }
  return { when, missed, example };
}

export function writeIndexDoubt(store: Store, doubt: IndexDoubt): void {
  writeJson(inIndex(store, DOUBT), doubt);
}

/** @returns the doubt that there was. @throws StoreError when the note of it is damaged. */
export function acceptIndex(store: Store): IndexDoubt | undefined {
  const doubt = readIndexDoubt(store);
  rmSync(inStore(store, METADATA, INDEX_FOLDER, DOUBT), { force: true });
  return doubt;
}

/** A damaged file is none: without an index everything is looked at. */
function read(store: Store, name: string): Record<string, unknown> | undefined {
  try {
    return readJson(inStore(store, METADATA, INDEX_FOLDER, name));
  } catch {
    return undefined;
  }
}
