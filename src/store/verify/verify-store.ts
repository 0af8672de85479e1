import { statSync } from "node:fs";
import { describeError } from "../../errors/describe.ts";
import { bytePathFromLatin1 } from "../../path/byte-path.ts";
import { recordOf } from "../adopted-record.ts";
import { inStore, type Store } from "../layout.ts";
import { listSnapshots, type Snapshot } from "../list.ts";
import { type Basis, buildManifest } from "../manifest/build.ts";
import { NumberTable } from "../number-table.ts";
import { writeRecord } from "../records.ts";
import type { Budget } from "./budget.ts";
import { checkSnapshot } from "./check-snapshot.ts";
import type { CheckPlan } from "./choose.ts";
import type { Damage } from "./damage.ts";
import { type Finding, markChecked } from "./mark.ts";
import type { Part } from "./parts.ts";

/**
 * sound: all that was looked at is what it was. recorded: it had no manifest and has one now; there is nothing yet to
 * compare it with. unfinished: the budget ended first. gone: it was rotated away meanwhile. failed: it could not be
 * checked.
 */
export type VerdictResult = "sound" | "damaged" | "recorded" | "unfinished" | "gone" | "failed";

export interface Verdict {
  snapshot: string;
  result: VerdictResult;
  /** Sorted by path. */
  damage: Damage[];
  entries: number;
  error?: string;
}

export interface VerifyOptions {
  budget: Budget;
  signal?: AbortSignal | undefined;
  /** Does something that changes the store, with the locks of a run. Checks read without any: runs go on meanwhile. */
  locked: <T>(work: () => T | Promise<T>) => Promise<T>;
  /** Told after each snapshot. */
  onVerdict?: (verdict: Verdict) => void;
}

/** Checks the snapshots of a plan, one after the other, until the budget is spent, and marks each in its record. */
export async function verifyStore(store: Store, plan: CheckPlan, options: VerifyOptions): Promise<Verdict[]> {
  const sound = new NumberTable();
  const verdicts: Verdict[] = [];
  for (const snapshot of plan.snapshots) {
    options.signal?.throwIfAborted();
    if (options.budget.isSpent) {
      break;
    }
    const verdict = await verifyOne(store, { snapshot, part: plan.part, sound }, options);
    verdicts.push(verdict);
    options.onVerdict?.(verdict);
  }
  return verdicts;
}

async function verifyOne(
  store: Store,
  { snapshot, part, sound }: { snapshot: Snapshot; part: Part; sound: NumberTable },
  options: VerifyOptions,
): Promise<Verdict> {
  const { name, record } = snapshot;
  const { budget, signal, locked } = options;
  const before = inodeOf(store, name);
  const verdict = (result: VerdictResult, rest: Partial<Verdict> = {}): Verdict => ({
    snapshot: name,
    result,
    damage: [],
    entries: 0,
    ...rest,
  });
  try {
    if (record?.manifest === undefined) {
      return verdict("recorded", { entries: await locked(() => recordManifest(store, snapshot, signal)) });
    }
    const broken = record.verified?.broken;
    const after = broken?.part === part.index ? bytePathFromLatin1(broken.after) : undefined;
    const { damage, entries, brokenAfter } = await checkSnapshot(
      store,
      { name, seal: record.manifest },
      { part, after, budget, sound, signal },
    );
    const result = damage.length > 0 ? "damaged" : brokenAfter === undefined ? "sound" : "unfinished";
    const checked = verdict(result, { damage: damage.sort(byPath), entries });
    if (inodeOf(store, name) !== before) {
      return verdict("gone");
    }
    return await locked(() => mark(store, checked, { part, damage, brokenAfter }, before)).catch((error: unknown) => {
      signal?.throwIfAborted();
      return { ...checked, error: `this could not be noted in the store: ${describeError(error)}` };
    });
  } catch (error) {
    signal?.throwIfAborted();
    return inodeOf(store, name) === before ? verdict("failed", { error: describeError(error) }) : verdict("gone");
  }
}

function mark(store: Store, verdict: Verdict, finding: Finding, inode: bigint | undefined): Verdict {
  const present = listSnapshots(store).snapshots.find(({ name }) => name === verdict.snapshot);
  if (present === undefined || inodeOf(store, verdict.snapshot) !== inode) {
    return { ...verdict, result: "gone", damage: [] };
  }
  markChecked(store, present, finding, new Date());
  return verdict;
}

/** The folder that has this name; a snapshot that was rotated away has another one, or none. */
function inodeOf(store: Store, name: string): bigint | undefined {
  return statSync(inStore(store, name), { bigint: true, throwIfNoEntry: false })?.ino;
}

function byPath(a: Damage, b: Damage): number {
  return a.path === b.path ? 0 : a.path < b.path ? -1 : 1;
}

/** @returns the number of entries. */
async function recordManifest(store: Store, { name }: Snapshot, signal: AbortSignal | undefined): Promise<number> {
  const { snapshots } = listSnapshots(store);
  const index = snapshots.findIndex((each) => each.name === name);
  const snapshot = snapshots[index];
  if (snapshot === undefined) {
    return 0;
  }
  const { backend, linkLimit = 0 } = recordOf(snapshot);
  const ofMirror = backend !== undefined && backend !== "reflink" && linkLimit === 0;
  const basis = basisAmong(snapshots.slice(0, index));
  const manifest = await buildManifest(store, name, { ofMirror, basis, signal });
  writeRecord(store, { ...recordOf(snapshot), manifest });
  return manifest.entries;
}

/** The newest whose manifest has the inodes of the snapshot itself; that of a reflink copy has those of the mirror. */
function basisAmong(snapshots: readonly Snapshot[]): Basis | undefined {
  const basis = snapshots.findLast(({ record }) => record?.manifest !== undefined && record.backend !== "reflink");
  const seal = basis?.record?.manifest;
  return basis === undefined || seal === undefined ? undefined : { name: basis.name, seal };
}
