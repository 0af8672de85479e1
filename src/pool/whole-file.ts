import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { lstat, open, readdir, rename } from "node:fs/promises";
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
export async function publishWhole(file: string): Promise<void> {
  const partial = partialName(file);
  await sync(partial);
  await rename(partial, file);
  await sync(dirname(file));
}

/** Moves the files of a folder into another one, once all of them are on the disk. */
export async function publishFolder(from: string, to: string, prepare: (path: string) => void): Promise<void> {
  const names = await readdir(from);
  for (const name of names) {
    const file = join(from, name);
    if (!(await lstat(file)).isFile()) {
      throw new ActionError(`${name} is no file`);
    }
    prepare(file);
    await sync(file);
  }
  for (const name of names) {
    await rename(join(from, name), join(to, name));
  }
  await sync(to);
}

/** Writes a small file so that at any time the old or the new one is there, whole. */
export function writeWhole(file: string, text: string): void {
  const partial = partialName(file);
  writeFileSync(partial, text, { mode: 0o600 });
  const fd = openSync(partial, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(partial, file);
}

/** Removes what was never finished, because the program was killed, from a folder and the folders in it. */
export function removeLeftovers(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (isPartialName(entry.name)) {
      rmSync(path, { recursive: true });
    } else if (entry.isDirectory()) {
      removeLeftovers(path);
    }
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
