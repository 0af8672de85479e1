import { shell } from "./file-system.ts";

const EVERYTHING = String.raw`
{
  find . -printf '%P\037%y %i %m %U:%G %T@ %s %l\0' | sort -z | sed -z 's/\(\x1fd [^ ]* [^ ]* [^ ]* [^ ]*\) [0-9]*/\1/'
  find . -type f -print0 | sort -z | xargs -0 -r sha256sum
  find . -print0 | sort -z | xargs -0 -r getfattr --no-dereference --dump --match=- --
} | sha256sum`;

/**
 * All that a snapshot must keep, as one hash: names, types, inode numbers, modes, owners, times, sizes, link targets,
 * contents, extended attributes with ACLs. Link counts, the sizes of folders and ctimes may change.
 */
export function fingerprint(folder: string): string {
  return shell(folder, EVERYTHING);
}
