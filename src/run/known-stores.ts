import { rmSync } from "node:fs";
import { readJson } from "../store/files.ts";
import { stateFileOf, writeStateFile } from "./state-file.ts";
import { inStateFolder } from "./state-folder.ts";

const FOLDER = "stores";

/** The id of the store that this machine has seen at a path before. */
export function knownStoreId(path: string): string | undefined {
  const id = inStateFolder(() => readJson(stateFileOf(FOLDER, path)))?.id;
  return typeof id === "string" ? id : undefined;
}

/** Remembers which store lies at a path, so that another disk in its place is noticed. */
export function rememberStore(path: string, id: string): void {
  if (knownStoreId(path) !== id) {
    writeStateFile(FOLDER, path, { path, id });
  }
}

/** Forgets it: whatever lies there next is taken as it is. @returns whether anything was known. */
export function forgetStore(path: string): boolean {
  const known = knownStoreId(path) !== undefined;
  rmSync(stateFileOf(FOLDER, path), { force: true });
  return known;
}
