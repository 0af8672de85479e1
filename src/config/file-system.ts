import { constants, lstatSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { describeError, errnoOf } from "../errors/describe.ts";
import type { Lookups } from "./contradictions.ts";

/** The answers of the real file system, each asked for once. */
export function createLookups(): Lookups {
  const isFolder = remember(isVisible);
  return { deviceOf: remember(deviceOf), realPath: remember((path, again) => realPath(path, again, isFolder)) };
}

/** Whether something of this name exists, as far as one can see. */
export function exists(path: string): boolean {
  return unlessFailing(() => statSync(path, { throwIfNoEntry: false })) !== undefined;
}

/** Why a program could not be run: it is missing, no file, or lacks its run bit. */
export function findProgramProblem(path: string): string | undefined {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) {
      return "is no file";
    }
    const anyRunBit = constants.S_IXUSR | constants.S_IXGRP | constants.S_IXOTH;
    return (stats.mode & anyRunBit) === 0 ? `lacks its run bit; chmod +x ${path}` : undefined;
  } catch (error) {
    return errnoOf(error) === "ENOENT" ? "does not exist" : `cannot be looked at: ${describeError(error)}`;
  }
}

/** A lookup that may ask itself again about the folders above, and asks the file system once about each path. */
function remember<T>(ask: (path: string, again: (path: string) => T) => T): (path: string) => T {
  const answers = new Map<string, T>();
  const again = (path: string): T => {
    const known = answers.get(path);
    if (known !== undefined) {
      return known;
    }
    const answer = ask(path, again);
    answers.set(path, answer);
    return answer;
  };
  return again;
}

function deviceOf(path: string, again: (path: string) => number | undefined): number | undefined {
  const device = unlessFailing(() => statSync(path, { throwIfNoEntry: false })?.dev);
  return device ?? (path === dirname(path) ? undefined : again(dirname(path)));
}

function realPath(path: string, again: (path: string) => string, isFolder: (path: string) => boolean): string {
  const whole = resolve(path);
  if (whole === "/") {
    return whole;
  }
  const folder = dirname(whole);
  const real = isFolder(folder) && lies(whole) ? unlessFailing(() => realpathSync.native(whole)) : undefined;
  return real ?? join(again(folder), basename(whole));
}

/** Whether there is a folder of this name, as far as one can see: nothing lies in one that is not there. */
function isVisible(path: string, again: (path: string) => boolean): boolean {
  return path === "/" || (again(dirname(path)) && lies(path));
}

/** Whether there is something of this name, were it a link that leads nowhere. */
function lies(path: string): boolean {
  return unlessFailing(() => lstatSync(path, { throwIfNoEntry: false })) !== undefined;
}

function unlessFailing<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
