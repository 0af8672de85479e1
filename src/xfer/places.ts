import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { defaultRuntimeDirectory, ensureRuntimeDirectory } from "../lock/runtime-directory.ts";

/** Where the two helpers meet: `xfer` in the runtime directory, made when it is missing. */
export function meetingFolder(runtimeDirectory = defaultRuntimeDirectory()): string {
  ensureRuntimeDirectory(runtimeDirectory);
  const folder = join(runtimeDirectory, "xfer");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** The note of a connection. */
export function noteFile(folder: string, pid: number): string {
  return join(folder, `${pid}.json`);
}

/** Whose turn it is to change a module. */
export function turnFile(folder: string, modulePath: string): string {
  return join(folder, `${createHash("sha256").update(resolve(modulePath)).digest("hex").slice(0, 16)}.turn`);
}
