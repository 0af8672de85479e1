import { lstatSync, mkdirSync, rmdirSync, type Stats } from "node:fs";

const PROBE = ".bakup-owner";

/** The bit that lets everybody write a folder, and the sticky one that lets only owners rename and delete there. */
const [WRITE, STICKY] = [0o002, 0o1000];

/**
 * Whether a folder belongs to the user who runs this, or to whoever the file system gives what we make there: some
 * know one owner only. Such a folder nobody else can turn into another behind our back.
 */
export function isOurs(folder: string): boolean {
  const { uid } = lstatSync(`${folder}/.`);
  return uid === process.geteuid?.() || uid === statusOfNew(folder)?.uid;
}

/** Whether everybody can rename and delete in a folder. Where the file system keeps no modes, that says nothing. */
export function isEverybodys(folder: string): boolean {
  const { mode } = lstatSync(`${folder}/.`);
  return (mode & (WRITE | STICKY)) === WRITE && ((statusOfNew(folder)?.mode ?? 0) & WRITE) === 0;
}

/** Of a folder that is made for us alone; undefined where nothing can be made. */
function statusOfNew(folder: string): Stats | undefined {
  const probe = `${folder}/${PROBE}`;
  remove(probe);
  try {
    mkdirSync(probe, { mode: 0o700 });
    return lstatSync(probe);
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
