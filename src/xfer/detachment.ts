import { mkdirSync, renameSync } from "node:fs";
import type { RunContext } from "../run/context.ts";
import { rsyncContext } from "../run/context.ts";
import { isSubvolume } from "../store/backend.ts";
import { readJson, writeJson } from "../store/files.ts";
import { inStore, METADATA, PARTS, type Store, syncFolder } from "../store/layout.ts";
import { listSnapshots } from "../store/list.ts";
import { emptyTrash } from "../store/trash.ts";
import { syncFileSystem } from "../store/whole-tree.ts";
import { copyDetached } from "./detached-copy.ts";

const FILE = "upload.json";
const COPY = "detached-module";

/** The newest snapshot that was made without sharing inodes with the module. */
export interface Detachment {
  snapshot: string;
  /** When its building began, in milliseconds since 1970. */
  builtAt: number;
}

export function readDetachment(store: Store): Detachment | undefined {
  const { snapshot, builtAt } = readJson(inStore(store, METADATA, FILE)) ?? {};
  return typeof snapshot === "string" && typeof builtAt === "number" ? { snapshot, builtAt } : undefined;
}

export function writeDetachment(store: Store, detachment: Detachment): void {
  writeJson(inStore(store, METADATA, FILE), detachment);
}

/**
 * Whether the module's files may be the very inodes of snapshots: somebody else made the newest one, as
 * rsync-system-backup and `bakup backup` do. A client that changes such a file's mode changes history.
 */
export function mayShareInodes(store: Store): boolean {
  const newest = listSnapshots(store).snapshots.at(-1);
  return newest !== undefined && readDetachment(store)?.snapshot !== newest.name && !isSubvolume(mirrorOf(store));
}

/** Gives the module inodes of its own: a copy takes its place. */
export async function detachModule(context: RunContext, store: Store): Promise<void> {
  const copy = inStore(store, METADATA, PARTS.building, COPY);
  mkdirSync(copy, { mode: 0o700 });
  await copyDetached({ module: mirrorOf(store), target: copy }, rsyncContext(context));
  await syncFileSystem(copy, rsyncContext(context));
  renameSync(mirrorOf(store), inStore(store, METADATA, PARTS.trash, `${COPY}.${Date.now()}`));
  renameSync(copy, mirrorOf(store));
  syncFolder(`${store.root}/.`);
  await emptyTrash(store);
}

function mirrorOf(store: Store): string {
  return inStore(store, store.mirror);
}
