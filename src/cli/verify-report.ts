import { printable } from "../path/byte-path.ts";
import type { Budget } from "../store/verify/budget.ts";
import type { CheckPlan } from "../store/verify/choose.ts";
import { DAMAGE_KINDS, type Damage } from "../store/verify/damage.ts";
import type { Verdict, VerdictResult } from "../store/verify/verify-store.ts";
import { formatBytes, formatCount, plural } from "../units/size.ts";
import { jsonPath } from "./json-path.ts";
import { print, printJson, printNote } from "./output.ts";
import type { DamageJson, SnapshotsCheckJson } from "./schema/verify.ts";
import type { Target } from "./target.ts";

/** So many things are shown of each snapshot, unless all are wanted. */
const SHOWN = 20;

const RESULTS: Readonly<Record<VerdictResult, string>> = {
  sound: "sound",
  damaged: "DAMAGED",
  recorded: "had no manifest, and has one now",
  unfinished: "sound as far as it was read; the next check goes on there",
  gone: "was removed meanwhile",
  failed: "could not be checked",
};

/** Says what a check found in one snapshot. */
export function printVerdict(verdict: Verdict, { all, quiet }: { all: boolean; quiet: boolean }): void {
  const { snapshot, result, damage, entries, error } = verdict;
  if (!quiet || result === "damaged") {
    const count = damage.length > 0 ? `, ${plural(damage.length, "thing")} wrong` : "";
    print(`${snapshot}: ${RESULTS[result]} (${plural(entries, "entry", "entries")}${count})`);
  }
  printDamage(damage, { all });
  if (error !== undefined) {
    printNote(`bakup: warning: ${snapshot}: ${error}`);
  }
}

export function printDamage(damage: readonly Damage[], { all }: { all: boolean }): void {
  for (const each of damage.slice(0, all ? damage.length : SHOWN)) {
    print(`  ${describeDamage(each)}`);
  }
  if (!all && damage.length > SHOWN) {
    print(`  … and ${formatCount(damage.length - SHOWN)} more (all with -v)`);
  }
}

/** One line for people. */
export function describeDamage({ path, kind, detail }: Damage): string {
  const name = path === "" ? "(the snapshot itself)" : printable(path);
  return `${kind.padEnd(10)} ${name}: ${DAMAGE_KINDS[kind]}${detail === undefined ? "" : ` (${visibleDetail(detail)})`}`;
}

function visibleDetail(detail: string): string {
  return printable(detail as Damage["path"]);
}

export interface VerifyReport {
  target: Target;
  plan: CheckPlan;
  verdicts: readonly Verdict[];
  /** What cannot be checked, beside the plan. */
  strays: readonly Verdict[];
  budget: Budget;
}

export function printVerifySummary({ plan, verdicts, budget }: VerifyReport): void {
  const { index, of } = plan.part;
  const part = of === 1 ? "" : `part ${index} of ${of}: `;
  const left = plan.snapshots.length - verdicts.length;
  const rest = left > 0 ? `; ${plural(left, "snapshot")} left for the next check` : "";
  const damaged = verdicts.filter(({ result }) => result === "damaged").length;
  const found = damaged === 0 ? "no damage" : `${plural(damaged, "snapshot")} damaged`;
  const read = `${plural(budget.filesRead, "file")} read, ${formatBytes(budget.bytesRead)}`;
  print(`${part}${plural(verdicts.length, "snapshot")} checked, ${read}: ${found}${rest}`);
}

/** The report as the manual page describes it. */
export function reportVerifyJson({ target, plan, verdicts, strays, budget }: VerifyReport): void {
  printJson({
    ...verifyJsonHead(target),
    part: plan.part,
    filesRead: budget.filesRead,
    bytesRead: budget.bytesRead,
    left: plan.snapshots.slice(verdicts.length).map(({ name }) => name),
    checked: [...verdicts, ...strays].map(({ snapshot, result, entries, damage, error }) => ({
      snapshot,
      result,
      entries,
      damage: damage.map(damageJson),
      error: error ?? null,
    })),
  } satisfies SnapshotsCheckJson);
}

export function verifyJsonHead({ store, profile }: Target): { profile: string | null; store: string } {
  return { profile: profile?.name ?? null, store: store.path };
}

export function damageJson({ path, kind, detail }: Damage): DamageJson {
  return { ...jsonPath(path), kind, detail: detail === undefined ? null : visibleDetail(detail) };
}
