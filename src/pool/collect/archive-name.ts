import type { ArchiveMode } from "../config/value-types.ts";

const SUFFIX: Readonly<Record<ArchiveMode, string>> = {
  tar: ".tar",
  targz: ".tar.gz",
  tarbz2: ".tar.bz2",
  tarzst: ".tar.zst",
};

/** The name of the archive of a path, as Cedar Backup makes it: /home/jane doe is home-jane_doe.tar.gz. Pure. */
export function archiveName(path: string, mode: ArchiveMode): string {
  return `${normalisedName(path)}${SUFFIX[mode]}`;
}

/** A path as one word that can be the name of a file. Pure. */
export function normalisedName(path: string): string {
  if (path === "/") {
    return "_";
  }
  return path.replace(/^\//, "").replace(/^\./, "_").replace(/[/\\]/g, "-").replace(/[\s:]/g, "_");
}
