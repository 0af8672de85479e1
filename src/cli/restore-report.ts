import { type BytePath, printable } from "../path/byte-path.ts";
import type { RestoreResult } from "../store/restore.ts";
import type { RestorePlan } from "../store/restore-plan.ts";
import { isRegularFile } from "../transfer/items.ts";
import { formatBytes, formatCount, plural } from "../units/size.ts";
import { jsonPath } from "./json-path.ts";
import { print, printNote } from "./output.ts";
import type { Restore } from "./restore-files.ts";
import type { RestoreJson } from "./schema/restore.ts";

/** So many paths of each kind are shown, unless all are wanted. */
const SHOWN = 20;

/** Shows what a restore is going to do. */
export function printPlan({ target, snapshot, plan }: Restore, { all }: { all: boolean }): void {
  const { create, overwrite, delete: deletions, conflict, unchanged, bytes } = plan;
  print(`restore from ${snapshot.name} of ${target.name} to ${plan.target}`);
  const shown = all ? Number.POSITIVE_INFINITY : SHOWN;
  printKind("new", create, { shown, describe: pathOf });
  printKind("overwrite", overwrite, { shown, describe: differenceOf });
  printKind("delete", deletions, { shown, describe: pathOf });
  printKind("differs, left as it is", conflict, { shown, describe: differenceOf });
  print(`  unchanged: ${formatCount(unchanged)}`);
  print(`  to copy: ${formatBytes(bytes)}`);
}

/** Says what a restore has done. */
export function printResult(plan: RestorePlan, { replaced, problems }: RestoreResult): void {
  const { create, overwrite, delete: deletions, conflict } = plan;
  const counts = [`${formatCount(create.length)} new`, `${formatCount(overwrite.length)} overwritten`];
  print(`restored: ${[...counts, `${formatCount(deletions.length)} deleted`].join(", ")}`);
  if (replaced !== undefined) {
    print(`what was there before is in ${replaced}`);
  }
  for (const { path, reason } of problems) {
    printNote(`bakup: warning: cannot restore "${printable(path)}": ${reason}`);
  }
  if (conflict.length > 0) {
    printNote(
      `bakup: warning: ${plural(conflict.length, "path")} differed and stayed; --overwrite replaces such paths`,
    );
  }
}

/** The plan, and what became of it, as the manual page describes it. */
export function toJson({ target, snapshot, plan }: Restore, result: RestoreResult | undefined): RestoreJson {
  return {
    profile: target.profile?.name ?? null,
    store: target.store.path,
    snapshot: snapshot.name,
    target: plan.target,
    applied: result !== undefined,
    create: plan.create.map((item) => ({
      ...jsonPath(item.path),
      directory: item.directory,
      bytes: isRegularFile(item) ? item.length : 0,
    })),
    overwrite: plan.overwrite.map(({ path, why }) => ({ ...jsonPath(path), why })),
    delete: plan.delete.map(({ path, directory }) => ({ ...jsonPath(path), directory })),
    conflict: plan.conflict.map(({ path, why }) => ({ ...jsonPath(path), why })),
    unchanged: plan.unchanged,
    bytes: plan.bytes,
    replaced: result?.replaced ?? null,
    problems: (result ?? plan).problems.map(({ path, reason }) => ({ ...jsonPath(path), reason })),
  };
}

function printKind<T>(
  name: string,
  those: readonly T[],
  { shown, describe }: { shown: number; describe: (one: T) => string },
): void {
  if (those.length === 0) {
    return;
  }
  print(`  ${name}: ${formatCount(those.length)}`);
  for (const one of those.slice(0, shown)) {
    print(`    ${describe(one)}`);
  }
  if (those.length > shown) {
    print(`    … and ${formatCount(those.length - shown)} more (all with -v)`);
  }
}

function pathOf({ path, directory }: { path: BytePath; directory: boolean }): string {
  return `${printable(path)}${directory ? "/" : ""}`;
}

function differenceOf(change: { path: BytePath; directory: boolean; why: string }): string {
  return `${pathOf(change)} (${change.why})`;
}
