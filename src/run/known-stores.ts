import { rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readJson, writeJson } from "../store/files.ts";
import { ensureStateFolder, stateFolder } from "./state-folder.ts";

const FOLDER = "stores";

/** The id of the store that this machine has seen at a path before. */
export function knownStoreId(path: string): string | undefined {
  const id = readJson(join(stateFolder(), FOLDER, fileOf(path)))?.id;
  return typeof id === "string" ? id : undefined;
}

/** Remembers which store lies at a path, so that another disk in its place is noticed. */
export function rememberStore(path: string, id: string): void {
  if (knownStoreId(path) !== id) {
    writeJson(join(ensureStateFolder(FOLDER, dirname(fileOf(path))), basename(fileOf(path))), { path, id });
  }
}

/** Forgets it: whatever lies there next is taken as it is. @returns whether anything was known. */
export function forgetStore(path: string): boolean {
  const known = knownStoreId(path) !== undefined;
  rmSync(join(stateFolder(), FOLDER, fileOf(path)), { force: true });
  return known;
}

/** A file name may have 255 bytes, a path more: a long one goes on in folders. */
function fileOf(path: string): string {
  const parts = encodeURIComponent(path).match(/.{1,200}/g) ?? [];
  return `${parts.join("/")}.json`;
}
