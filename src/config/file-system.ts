import { constants, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { describeError, errnoOf } from "../errors/describe.ts";
import type { Lookups } from "./contradictions.ts";

/** The answers of the real file system, each asked for once. */
export function createLookups(): Lookups {
  return { deviceOf: remember(deviceOf), realPath: remember(realPath) };
}

/** Whether something of this name exists. */
export function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
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

function remember<T>(ask: (path: string) => T): (path: string) => T {
  const answers = new Map<string, { answer: T }>();
  return (path) => {
    const known = answers.get(path) ?? { answer: ask(path) };
    answers.set(path, known);
    return known.answer;
  };
}

function deviceOf(path: string): number | undefined {
  try {
    return statSync(path).dev;
  } catch {
    return path === dirname(path) ? undefined : deviceOf(dirname(path));
  }
}

function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const whole = resolve(path);
    return whole === "/" ? whole : join(realPath(dirname(whole)), basename(whole));
  }
}
