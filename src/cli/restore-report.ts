import { type BytePath, printable } from "../path/byte-path.ts";
import type { RestoreResult } from "../store/restore/apply.ts";
import { countNew, newPaths, type RestorePlan } from "../store/restore/plan.ts";
import { isRegularFile } from "../transfer/items.ts";
import { formatBytes, formatCount, plural } from "../units/size.ts";
import { jsonPath } from "./json-path.ts";
import { print, printJsonWithList, printNote, printSlowly } from "./output.ts";
import type { Restore } from "./restore-files.ts";
import type { RestoreJson } from "./schema/restore.ts";

/** So many paths of each kind are shown, unless all are wanted. */
const SHOWN = 20;

/** Shows what a restore is going to do. */
export async function printPlan({ target, snapshot, plan }: Restore, { all }: { all: boolean }): Promise<void> {
  const { overwrite, delete: deletions, conflict, unchanged, bytes } = plan;
  print(`restore from ${snapshot.name} of ${target.name} to ${plan.target}`);
  const shown = all ? Number.POSITIVE_INFINITY : SHOWN;
  await printNew(plan, shown);
  printKind("overwrite", overwrite, { shown, describe: differenceOf });
  printKind("delete", deletions, { shown, describe: pathOf });
  printKind("differs, left as it is", conflict, { shown, describe: differenceOf });
  print(`  unchanged: ${formatCount(unchanged)}`);
  print(`  to copy: ${formatBytes(bytes)}`);
}

/** Says what a restore has done. */
export function printResult(plan: RestorePlan, { replaced, problems }: RestoreResult): void {
  const { overwrite, delete: deletions, conflict } = plan;
  const counts = [`${formatCount(countNew(plan))} new`, `${formatCount(overwrite.length)} overwritten`];
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
export async function printRestoreJson(restore: Restore, result: RestoreResult | undefined): Promise<void> {
  await printJsonWithList(withoutNew(restore, result), "create", newOnes(restore.plan));
}

function withoutNew({ target, snapshot, plan }: Restore, result: RestoreResult | undefined): RestoreJson {
  return {
    profile: target.profile?.name ?? null,
    store: target.store.path,
    snapshot: snapshot.name,
    target: plan.target,
    applied: result !== undefined,
    create: [],
    overwrite: plan.overwrite.map(({ path, why }) => ({ ...jsonPath(path), why })),
    delete: plan.delete.map(({ path, directory }) => ({ ...jsonPath(path), directory })),
    conflict: plan.conflict.map(({ path, why }) => ({ ...jsonPath(path), why })),
    unchanged: plan.unchanged,
    bytes: plan.bytes,
    replaced: result?.replaced ?? null,
    problems: (result ?? plan).problems.map(({ path, reason }) => ({ ...jsonPath(path), reason })),
  };
}

async function* newOnes(plan: RestorePlan): AsyncGenerator<RestoreJson["create"][number]> {
  for await (const item of newPaths(plan)) {
    yield { ...jsonPath(item.path), directory: item.directory, bytes: isRegularFile(item) ? item.length : 0 };
  }
}

/** Like the others, one after the other: there may be millions. */
async function printNew(plan: RestorePlan, shown: number): Promise<void> {
  const count = countNew(plan);
  if (count === 0) {
    return;
  }
  print(`  new: ${formatCount(count)}`);
  let printed = 0;
  for await (const item of newPaths(plan)) {
    if (printed === shown) {
      break;
    }
    await printSlowly(`    ${pathOf(item)}`);
    printed += 1;
  }
  printMore(count - printed);
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
  printMore(those.length - shown);
}

function printMore(more: number): void {
  if (more > 0) {
    print(`    … and ${formatCount(more)} more (all with -v)`);
  }
}

function pathOf({ path, directory }: { path: BytePath; directory: boolean }): string {
  return `${printable(path)}${directory ? "/" : ""}`;
}

function differenceOf(change: { path: BytePath; directory: boolean; why: string }): string {
  return `${pathOf(change)} (${change.why})`;
}
