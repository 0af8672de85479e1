import { type BigIntStats, lstatSync } from "node:fs";
import { errnoOf } from "../errors/describe.ts";
import { StoreError } from "../errors/errors.ts";
import { ancestorsOf, type BytePath, below, bytePathFromLatin1, printable } from "../path/byte-path.ts";

/**
 * What lies at a path of a tree; undefined when there is nothing. A path that would lead through a link is nothing,
 * because it leads out of the tree.
 * @throws StoreError when the system does not let us look.
 */
export function lookUp(tree: string, path: BytePath): BigIntStats | undefined {
  const inFolders = ancestorsOf(path)
    .reverse()
    .every((folder) => lookAt(tree, folder)?.isDirectory());
  return inFolders ? lookAt(tree, path) : undefined;
}

/** The same for a path whose parents are known to be folders: one call of the system. */
export function lookAt(tree: string, path: BytePath): BigIntStats | undefined {
  try {
    return lstatSync(path === "" ? `${tree}/.` : below(tree, path), { bigint: true });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT" || errno === "ENOTDIR") {
      return undefined;
    }
    throw new StoreError(`cannot look at "${printable(path)}" in ${tree}: ${errno}`, { cause: error });
  }
}

/**
 * A path as a person wrote it, relative to the top of a tree: slashes at the ends and doubled ones are dropped; "" is
 * the top.
 * @throws StoreError for a path with "..".
 */
export function pathInTree(path: BytePath): BytePath {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) {
    throw new StoreError(`"${printable(path)}" leads out of the snapshot`, {
      hint: 'name the path from the top of the snapshot, without ".."',
    });
  }
  return bytePathFromLatin1(names.join("/"));
}
