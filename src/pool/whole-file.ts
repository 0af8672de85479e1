import { closeSync, fsyncSync, lstatSync, openSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ActionError } from "./errors.ts";

/** The name under which a file is written until it is whole: hidden, so that no `*` matches it. */
export function partialName(file: string): string {
  return join(dirname(file), `.${basename(file)}.partial`);
}

/** Whether a name is that of a file that was never finished. */
export function isPartialName(name: string): boolean {
  return name.startsWith(".") && name.endsWith(".partial");
}

/** Gives a file that was written under its partial name its own one, once it is on the disk. */
export function publishWhole(file: string): void {
  const partial = partialName(file);
  syncPath(partial);
  renameSync(partial, file);
  syncPath(dirname(file));
}

/** Writes a small file so that at any time the old or the new one is there, whole. */
export function writeWhole(file: string, text: string, mode = 0o600): void {
  writeFileSync(partialName(file), text, { mode });
  publishWhole(file);
}

function syncPath(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Moves the files of a folder into another one, once all of them are on the disk. */
export function publishFolder(from: string, to: string, prepare: (path: string) => void): void {
  const names = readdirSync(from);
  for (const name of names) {
    const file = join(from, name);
    if (!lstatSync(file).isFile()) {
      throw new ActionError(`${name} is no file`);
    }
    prepare(file);
    syncPath(file);
  }
  for (const name of names) {
    renameSync(join(from, name), join(to, name));
  }
  syncPath(to);
}
