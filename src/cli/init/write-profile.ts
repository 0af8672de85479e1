import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describeError, errnoOf } from "../../errors/describe.ts";
import { BakupError, UsageError } from "../../errors/errors.ts";
import { syncFolder } from "../../store/layout.ts";

/** Where a profile of this name is configured, beside the main configuration file. */
export function profileFile(config: string, name: string): string {
  return join(dirname(config), "profiles.d", `${name}.conf`);
}

/** @throws UsageError when there is something of this name. */
export function refuseExisting(file: string): void {
  if (existsSync(file)) {
    throw new UsageError(`${file} exists already, and was left as it is`, {
      hint: "give the new profile another name, or edit that file; bakup check finds mistakes in it",
    });
  }
}

/**
 * Writes files that do not exist yet, whole or not at all, for their owner only: they may name secrets. When one of them
 * cannot be written, none is there.
 * @throws UsageError when one came into being meanwhile, BakupError.
 */
export function writeNewFiles(texts: ReadonlyMap<string, string>): void {
  const written: string[] = [];
  try {
    for (const [file, text] of texts) {
      writeNewFile(file, text);
      written.push(file);
    }
  } catch (error) {
    for (const file of written) {
      rmSync(file, { force: true });
    }
    throw error;
  }
}

function writeNewFile(file: string, text: string): void {
  const folder = dirname(file);
  const partial = join(folder, `.${basename(file)}.${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    const fd = openSync(partial, "wx", 0o600);
    try {
      writeFileSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    // Unlike a rename, it takes the place of nothing.
    linkSync(partial, file);
    syncFolder(folder);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") {
      refuseExisting(file);
    }
    throw new BakupError(`cannot write ${file}: ${describeError(error)}`, {
      hint:
        errnoOf(error) === "EACCES" ? "run it as root, or with --config in a folder of your own" : "is the disk full?",
    });
  } finally {
    rmSync(partial, { force: true });
  }
}
