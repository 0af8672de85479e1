import { rmSync } from "node:fs";
import { StoreError } from "../../errors/errors.ts";
import { type BytePath, bytePathFromLatin1 } from "../../path/byte-path.ts";
import { recordOf } from "../adopted-record.ts";
import { readJson, writeJson } from "../files.ts";
import type { Store } from "../layout.ts";
import type { Snapshot } from "../list.ts";
import { type CommitRecord, damagePath, writeRecord } from "../records.ts";
import { DAMAGE_KINDS, type Damage, type DamageKind } from "./damage.ts";
import { EVERYTHING, type Part, withPart } from "./parts.ts";

export interface Finding {
  part: Part;
  damage: readonly Damage[];
  /** Where the check was broken off, if it was. */
  brokenAfter?: BytePath | undefined;
}

/**
 * Writes what a check found into a snapshot's record. A part that is sound is noted with the time; damage makes the
 * snapshot damaged, until a check of everything finds it sound again. The caller holds the lock.
 */
export function markChecked(store: Store, snapshot: Snapshot, finding: Finding, now: Date): CommitRecord {
  const { part, damage, brokenAfter } = finding;
  const { verified, damage: before, ...rest } = recordOf(snapshot);
  const isWhole = part.of === EVERYTHING.of && brokenAfter === undefined;
  const earlier = before === undefined || isWhole ? [] : readDamage(store, snapshot.name);
  const all = [...damage, ...earlier.filter((old) => !damage.some((each) => isSame(each, old)))];
  const known =
    brokenAfter === undefined
      ? withPart(verified, part, now.toISOString())
      : { parts: verified?.parts ?? [], broken: { part: part.index, after: brokenAfter } };
  if (all.length === 0 && before !== undefined) {
    rmSync(damagePath(store, snapshot.name), { force: true });
  }
  const state = all.length > 0 ? "damaged" : (before?.was ?? rest.state);
  const record: CommitRecord = { ...rest, state, verified: known };
  if (all.length > 0) {
    const was = before?.was ?? (rest.state === "damaged" ? "complete" : rest.state);
    record.damage = { found: before?.found ?? now.toISOString(), count: all.length, was };
    writeJson(damagePath(store, snapshot.name), { name: snapshot.name, damage: all });
  }
  writeRecord(store, record);
  return record;
}

function isSame(a: Damage, b: Damage): boolean {
  return a.path === b.path && a.kind === b.kind;
}

/** What was found wrong with a snapshot. @throws StoreError when the list itself is damaged. */
export function readDamage(store: Store, name: string): Damage[] {
  const list = readJson(damagePath(store, name))?.damage ?? [];
  if (!Array.isArray(list) || !list.every(isDamage)) {
    throw new StoreError(`the list of what is wrong with ${name} is damaged itself`, {
      hint: "make a new one: bakup verify",
    });
  }
  return list.map(({ path, kind, detail }) => ({
    path: bytePathFromLatin1(path),
    kind,
    ...(detail === undefined ? {} : { detail }),
  }));
}

function isDamage(value: unknown): value is { path: string; kind: DamageKind; detail?: string } {
  const { path, kind, detail } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof path === "string" &&
    typeof kind === "string" &&
    Object.hasOwn(DAMAGE_KINDS, kind) &&
    (detail === undefined || typeof detail === "string")
  );
}
