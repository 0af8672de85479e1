import { closeSync, fsyncSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { errnoOf } from "../errors/describe.ts";
import { StoreError } from "../errors/errors.ts";
import { createOwnFile, readOwnFile } from "../path/own-file.ts";
import { syncFolder } from "./layout.ts";

/** Writes a JSON file so that after a crash it is either the old one or the new one, whole. */
export function writeJson(path: string, value: unknown): void {
  const temporary = join(dirname(path), `.${basename(path)}.new`);
  try {
    const fd = createOwnFile(temporary);
    try {
      writeFileSync(fd, `${JSON.stringify(value, null, 1)}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    throw new StoreError(`cannot write ${basename(path)}: ${errnoOf(error)}`, {
      hint: "is the backup disk full, or mounted read-only?",
      cause: error,
    });
  }
}

/** Reads a JSON file. Undefined when there is none. @throws StoreError when it cannot be read or is no JSON object. */
export function readJson(path: string): Record<string, unknown> | undefined {
  let text: string;
  try {
    text = readOwnFile(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") {
      return undefined;
    }
    throw new StoreError(`cannot read ${basename(path)}: ${errnoOf(error)}`, { cause: error });
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // Said below.
  }
  throw new StoreError(`${basename(path)} is damaged: it is not a JSON object`);
}
