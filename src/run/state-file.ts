import { basename, dirname, join } from "node:path";
import { writeJson } from "../store/files.ts";
import { ensureStateFolder, stateFolder } from "./state-folder.ts";

/** Where something is remembered about what a text names: a path, or a location. @param folder of all such things. */
export function stateFileOf(folder: string, text: string): string {
  return join(stateFolder(), folder, nameOf(text));
}

/** Writes it, and makes what lies above it. */
export function writeStateFile(folder: string, text: string, value: unknown): void {
  const name = nameOf(text);
  writeJson(join(ensureStateFolder(folder, dirname(name)), basename(name)), value);
}

/** A file name may have 255 bytes, a text more: a long one goes on in folders. */
function nameOf(text: string): string {
  const parts = encodeURIComponent(text).match(/.{1,200}/g) ?? [];
  return `${parts.join("/")}.json`;
}
