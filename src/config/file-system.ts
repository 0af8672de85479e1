import { constants, lstatSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { describeError, errnoOf } from "../errors/describe.ts";
import type { Lookups } from "./contradictions.ts";

/** The answers of the real file system, each asked for once. */
export function createLookups(): Lookups {
  return { deviceOf: remember(deviceOf), realPath: remember(realPath) };
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
  const answers = new Map<string, { answer: T }>();
  const again = (path: string): T => {
    const known = answers.get(path) ?? { answer: ask(path, again) };
    answers.set(path, known);
    return known.answer;
  };
  return again;
}

function deviceOf(path: string, again: (path: string) => number | undefined): number | undefined {
  const device = unlessFailing(() => statSync(path, { throwIfNoEntry: false })?.dev);
  return device ?? (path === dirname(path) ? undefined : again(dirname(path)));
}

function realPath(path: string, again: (path: string) => string): string {
  const whole = resolve(path);
  const isThere = () => lstatSync(whole, { throwIfNoEntry: false }) !== undefined;
  const real = unlessFailing(() => (isThere() ? realpathSync.native(whole) : undefined));
  return real ?? (whole === "/" ? whole : join(again(dirname(whole)), basename(whole)));
}

function unlessFailing<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
