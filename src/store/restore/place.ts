import { type BigIntStats, existsSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { errnoOf } from "../../errors/describe.ts";
import { StoreError } from "../../errors/errors.ts";
import { ancestorsOf, type BytePath, below, printable } from "../../path/byte-path.ts";
import { contains } from "../../path/containment.ts";
import { namesIn } from "../layout.ts";
import { lookAt, lookUp, pathInTree } from "../look-up.ts";

/**
 * The folder to restore into, without links on the way; it need not exist.
 * @throws StoreError when it is no folder, or lies in the store.
 */
export function resolveTarget(tree: string, target: string): string {
  const store = dirname(realpathSync(tree));
  const real = realPathOf(target);
  const existing = statSync(real, { throwIfNoEntry: false });
  if (existing !== undefined && !existing.isDirectory()) {
    throw new StoreError(`cannot restore to ${target}: it is not a folder`, { hint: "name a folder, or a new one" });
  }
  refuseStore(store, real);
  return real;
}

/**
 * Makes sure that what is restored, each path at its place below the target, stays away from the store: a target such
 * as "/" may contain the store, but no wanted path may lie in it, nor may anything be deleted around it.
 * @throws StoreError
 */
export function refuseStoreBelow(tree: string, target: string, request: { wanted: BytePath[]; delete: boolean }): void {
  const store = dirname(realpathSync(tree));
  const places = request.wanted.length === 0 ? [target] : request.wanted.map((path) => below(target, path).toString());
  for (const place of places) {
    refuseStore(store, place);
    if (request.delete && (contains(place, store) || (existsSync(place) && isBelow(place, store)))) {
      throw new StoreError(`cannot delete below ${place}: the store ${store} lies there`, {
        hint: "leave --delete out, or restore into another folder",
      });
    }
  }
}

function refuseStore(store: string, place: string): void {
  if (contains(store, place) || isBelow(store, place)) {
    throw new StoreError(`cannot restore to ${place}: it lies in the store ${store}`, {
      hint: "restore into a folder outside of the store, and move things from there",
    });
  }
}

/** Follows the links of the part of a path that exists. */
function realPathOf(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT" || absolute === "/") {
      throw new StoreError(`cannot restore to ${path}: ${errnoOf(error)}`, { cause: error });
    }
    return join(realPathOf(dirname(absolute)), basename(absolute));
  }
}

/** Whether a folder is one of those above a path (or the path itself), also by way of a bind mount. */
function isBelow(folder: string, path: string): boolean {
  const { dev, ino } = statSync(folder, { bigint: true });
  for (let above = path; ; above = dirname(above)) {
    const status = existsSync(above) ? statSync(above, { bigint: true }) : undefined;
    if (status !== undefined && status.dev === dev && status.ino === ino) {
      return true;
    }
    if (above === "/") {
      return false;
    }
  }
}

/**
 * The wanted paths, sorted, without those that lie below another one; none stands for everything.
 * @throws StoreError when the snapshot does not have one of them.
 */
export function wantedPaths(tree: string, paths: readonly BytePath[]): BytePath[] {
  const wanted = new Set(paths.map(pathInTree));
  const missing = [...wanted].filter((path) => lookUp(tree, path) === undefined);
  if (missing.length > 0) {
    const names = missing.map((path) => `"${printable(path)}"`).join(", ");
    throw new StoreError(`the snapshot ${basename(tree)} does not have ${names}`, {
      hint: "name paths from the top of the snapshot; see which snapshots have a file with: bakup find",
    });
  }
  if ([...wanted].some((path) => path === "")) {
    return [];
  }
  return [...wanted].filter((path) => !ancestorsOf(path).some((folder) => wanted.has(folder))).sort();
}

/**
 * The folders above the wanted paths that the target lacks, parents first.
 * @throws StoreError when something else than a folder is in their place: a link would lead out of the target.
 */
export function missingParents(target: string, wanted: readonly BytePath[]): BytePath[] {
  const parents = [...new Set(wanted.flatMap(ancestorsOf))].sort();
  return parents.filter((folder) => !isFolder(target, folder));
}

/**
 * Whether nothing is where the wanted paths go, or, when none is named, the names at the top of a tree; with `delete`, in
 * the folder at all then. The folder, and those above the wanted paths, may be yet to be made.
 */
export function isFree(
  folder: string,
  { tree, wanted, delete: takesAway }: { tree: string; wanted: readonly BytePath[]; delete: boolean },
): boolean {
  if (wanted.length > 0) {
    return wanted.every((path) => lookAt(folder, path) === undefined);
  }
  const names = new Set(namesIn(tree));
  return namesIn(folder).every((name) => !takesAway && !names.has(name));
}

/** Whether there is a folder; false when there is nothing. @throws StoreError when there is something else. */
export function isFolder(target: string, path: BytePath): boolean {
  const status = lookAt(target, path);
  if (status === undefined || status.isDirectory()) {
    return status !== undefined;
  }
  throw new StoreError(`cannot restore into "${printable(path)}" in ${target}: it is ${nameOfType(status)}`, {
    hint: "move it away, or restore into an empty folder",
  });
}

function nameOfType(status: BigIntStats): string {
  return status.isSymbolicLink() ? "a symbolic link, which leads elsewhere" : "not a folder";
}
