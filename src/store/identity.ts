import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../errors/describe.ts";
import { StoreError } from "../errors/errors.ts";
import { isEverybodys, isOurs } from "../path/ours.ts";
import { readJson, writeJson } from "./files.ts";
import { ensureFolder, inStore, METADATA, PARTS, type Store } from "./layout.ts";
import { INDEX_FOLDER } from "./source-index.ts";

/** The layout of the store that this version reads and writes. */
export const LAYOUT_VERSION = 1;
const IDENTITY = "store.json";

/** Who a store is: tells this disk from another one that is mounted in its place. */
export interface StoreIdentity {
  id: string;
  layout: number;
  /** Name of the mirror whose snapshots the store holds. */
  mirror: string;
}

/**
 * The store's identity; undefined for a folder that is no store of ours (yet).
 * @throws StoreError when it is damaged, or was written by a newer version.
 */
export function readIdentity(store: Pick<Store, "root" | "path">): StoreIdentity | undefined {
  const json = readJson(`${store.root}/${METADATA}/${IDENTITY}`);
  return json === undefined ? undefined : checkIdentity(json, store.path);
}

/** The identity that a store's JSON says; `where` is the store, for people. @throws StoreError */
export function checkIdentity({ id, layout, mirror }: Record<string, unknown>, where: string): StoreIdentity {
  if (typeof id !== "string" || typeof layout !== "number" || typeof mirror !== "string") {
    throw new StoreError(`the identity of the store ${where} is damaged (${METADATA}/${IDENTITY})`);
  }
  if (layout > LAYOUT_VERSION) {
    throw new StoreError(`the store ${where} has layout ${layout}; this bakup knows ${LAYOUT_VERSION}`, {
      hint: "upgrade bakup on this machine",
    });
  }
  return { id, layout, mirror };
}

/** Gives a folder an identity and the folders that a store needs. An existing identity stays. */
export function ensureIdentity(store: Store): { identity: StoreIdentity; created: boolean } {
  refuseForeign(store, "");
  try {
    for (const part of Object.values(PARTS)) {
      ensureFolder(store, part);
    }
  } catch (error) {
    throw new StoreError(`cannot write into the store ${store.path}: ${errnoOf(error)}`, {
      hint: "is the backup disk full, or mounted read-only?",
      cause: error,
    });
  }
  refusePlanted(store);
  refuseForeign(store, METADATA);
  const existing = readIdentity(store);
  if (existing !== undefined) {
    return { identity: existing, created: false };
  }
  const identity = newIdentity(store.mirror);
  writeJson(inStore(store, METADATA, IDENTITY), identity);
  return { identity, created: true };
}

/**
 * What we delete and rename in must be folders of the store itself: a disk from somewhere may have links there.
 * @throws StoreError
 */
function refusePlanted(store: Store): void {
  for (const part of ["", INDEX_FOLDER, ...Object.values(PARTS)]) {
    const path = inStore(store, METADATA, part).replace(/\/+$/, "");
    const status = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (status === undefined) {
      continue;
    }
    if (!status.isDirectory() || status.dev !== store.device) {
      throw new StoreError(`${METADATA}/${part} in ${store.path} is a link, or another file system`, {
        hint: "somebody else has put it there; nothing is written to this store until it is gone",
      });
    }
  }
}

/**
 * As root we work in no folder in which another user can exchange what we have just looked at.
 * @throws StoreError
 */
function refuseForeign(store: Store, folder: string): void {
  if (process.geteuid?.() !== 0) {
    return;
  }
  const place = inStore(store, folder);
  const path = join(store.path, folder);
  if (isEverybodys(place)) {
    throw new StoreError(`everybody may write the folder ${path}, and so could lead root anywhere`, {
      hint: `chmod o-w ${path}`,
    });
  }
  if (!isOurs(place)) {
    const { uid } = lstatSync(`${place}/.`);
    throw new StoreError(`${path} belongs to the user ${uid}, who could lead root anywhere from there`, {
      hint: `chown root: ${path}, or let that user make the backup`,
    });
  }
}

/** An identity for a store that has none. */
export function newIdentity(mirror: string): StoreIdentity {
  return { id: randomId(), layout: LAYOUT_VERSION, mirror };
}

/** From the kernel: loading node's cryptography would cost every start of bakup. */
function randomId(): string {
  return readFileSync("/proc/sys/kernel/random/uuid", "utf8").trim();
}
