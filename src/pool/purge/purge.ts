import { rmdirSync, unlinkSync } from "node:fs";
import { describeError, errnoOf } from "../../errors/describe.ts";
import { type BytePath, printable, toBuffer } from "../../path/byte-path.ts";
import type { PoolContext } from "../context.ts";
import { ActionError } from "../errors.ts";
import { type PurgePlan, planPurge } from "./plan.ts";
import { unstoredDays } from "./protect.ts";

/** The purge action: removes from each configured folder what is old enough. */
export function purge(context: PoolContext): void {
  const { purge: settings } = context.config;
  if (settings === undefined) {
    throw new ActionError("purge: the configuration has no section [purge-…]");
  }
  const unstored = settings.keepsUnstored ? unstoredDays(context.config) : new Set<string>();
  for (const { absPath, retainDays } of settings.dirs) {
    context.signal.throwIfAborted();
    try {
      const isProtected = (folder: BytePath) => unstored.has(toBuffer(folder).toString());
      const plan = planPurge(absPath, { now: context.started, retainDays, isProtected });
      applyPurge(context, absPath, plan);
    } catch (error) {
      context.problem(`cannot purge ${absPath}: ${describeError(error)}`);
    }
  }
}

function applyPurge(context: PoolContext, dir: string, { files, folders, kept }: PurgePlan): void {
  let removed = 0;
  for (const path of files) {
    removed += remove(context, path, unlinkSync) ? 1 : 0;
  }
  for (const path of folders) {
    remove(context, path, rmdirSync);
  }
  const hint = "store it, or let purge remove it with unstored = remove";
  for (const path of kept) {
    context.log.info(`kept ${printable(path)}: it was staged, but not stored yet; ${hint}`);
  }
  context.log.info(`purged ${dir}: ${removed} files removed`);
}

/** A folder that is not empty stays, and what is gone already needs no removing. */
function remove(context: PoolContext, path: BytePath, how: (path: Buffer) => void): boolean {
  try {
    how(toBuffer(path));
    context.log.debug(`removed ${printable(path)}`);
    return true;
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST", "ENOENT"].includes(errnoOf(error) ?? "")) {
      context.problem(`cannot remove ${printable(path)}: ${describeError(error)}`);
    }
    return false;
  }
}
