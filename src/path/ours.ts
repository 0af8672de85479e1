import { lstatSync, mkdirSync, rmdirSync } from "node:fs";

const PROBE = ".bakup-owner";

/**
 * Whether a folder belongs to the user who runs this, or to whoever the file system gives what we make there: some
 * know one owner only. Such a folder nobody else can turn into another behind our back.
 */
export function isOurs(folder: string): boolean {
  const { uid } = lstatSync(`${folder}/.`);
  return uid === process.geteuid?.() || uid === ownerOfNew(`${folder}/${PROBE}`);
}

/** Undefined where nothing can be made. */
function ownerOfNew(probe: string): number | undefined {
  remove(probe);
  try {
    mkdirSync(probe, { mode: 0o700 });
    return lstatSync(probe).uid;
  } catch {
    return undefined;
  } finally {
    remove(probe);
  }
}

function remove(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It is not there, or not ours.
  }
}
