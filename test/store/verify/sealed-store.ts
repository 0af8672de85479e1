import { join } from "node:path";
import type { TestContext } from "node:test";
import { recordOf } from "../../../src/store/adopted-record.ts";
import type { Store } from "../../../src/store/layout.ts";
import { findSnapshot, type Snapshot } from "../../../src/store/list.ts";
import { buildManifest } from "../../../src/store/manifest/build.ts";
import { writeRecord } from "../../../src/store/records.ts";
import { Budget } from "../../../src/store/verify/budget.ts";
import type { Damage } from "../../../src/store/verify/damage.ts";
import { type Verdict, type VerifyOptions, verifyStore } from "../../../src/store/verify/verify-store.ts";
import { makeSnapshot } from "../make-snapshot.ts";
import { temporaryStore } from "../make-store.ts";

export const NAME = "2026-11-22T02-00-13Z";

export interface Sealed {
  store: Store;
  /** Of the snapshot NAME. */
  tree: string;
}

/** A store with one snapshot that has a manifest. */
export async function sealedStore(test: TestContext, fill: (folder: string) => void): Promise<Sealed> {
  const store = temporaryStore(test);
  await addSealed(store, NAME, fill);
  return { store, tree: join(store.path, NAME) };
}

export async function addSealed(store: Store, name: string, fill: (folder: string) => void): Promise<Snapshot> {
  const snapshot = makeSnapshot(store, name, { fill });
  const manifest = await buildManifest(store, name, { ofMirror: true, basis: undefined });
  writeRecord(store, { ...recordOf(snapshot), backend: "hardlink", manifest });
  return findSnapshot(store, name);
}

/** Checks snapshots as a whole; without names the only one. */
export async function verifyAll(
  store: Store,
  names: readonly string[] = [NAME],
  options: Partial<VerifyOptions> = {},
): Promise<Verdict[]> {
  const plan = { part: { index: 1, of: 1 }, snapshots: names.map((name) => findSnapshot(store, name)) };
  return verifyStore(store, plan, {
    budget: new Budget({}, Date.now()),
    locked: async (work) => work(),
    ...options,
  });
}

/** "kind path" of each damage. */
export function namesOf(damage: readonly Damage[]): string[] {
  return damage.map(({ kind, path }) => `${kind} ${path}`);
}
