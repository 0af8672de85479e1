import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { Beneath } from "../../path/beneath.ts";
import type { BytePath } from "../../path/byte-path.ts";
import type { Problem } from "../../transfer/problems.ts";
import { inStore, type Store } from "../layout.ts";
import type { ManifestEntry } from "../manifest/entry.ts";
import type { ManifestSeal } from "../manifest/file.ts";
import { hashFile } from "../manifest/hash.ts";
import { readManifest } from "../manifest/read.ts";
import { surveyPaths } from "../manifest/survey.ts";
import { applyRestore } from "../restore/apply.ts";
import { planRestore } from "../restore/plan.ts";
import { compareEntries, type Damage } from "./damage.ts";
import { Sample } from "./sample.ts";

/** More than this is not restored, however many files are asked for. */
const MOST_BYTES = 1024 ** 3;

export interface RestoreTestResult {
  files: number;
  bytes: number;
  /** What was restored otherwise than the manifest says. */
  damage: Damage[];
  /** What could not be restored, as rsync said it. */
  problems: Problem[];
}

/**
 * Restores some files and links of a snapshot, chosen at random, into a new folder below `folder`, as `bakup restore`
 * does it, compares them with the manifest and removes them again.
 * @throws StoreError, TransferError, ManifestDamagedError
 */
export async function testRestore(
  store: Store,
  { name, seal }: { name: string; seal: ManifestSeal },
  { count, folder, signal }: { count: number; folder: string; signal?: AbortSignal | undefined },
): Promise<RestoreTestResult> {
  const { bavail, bsize } = statfsSync(folder);
  const sample = new Sample(count, Math.min(MOST_BYTES, (bavail * bsize) / 2));
  for await (const entries of readManifest(store, name, seal, signal)) {
    for (const entry of entries.filter(({ type }) => type === "file" || type === "link")) {
      sample.offer(entry);
    }
  }
  const wanted = sample.chosen();
  const target = mkdtempSync(join(folder, "bakup-restore-test-"));
  try {
    const paths = wanted.map(({ path }) => path);
    const request = { tree: inStore(store, name), paths, target, overwrite: false, delete: false };
    const plan = wanted.length === 0 ? undefined : await planRestore(request, { signal });
    const problems = plan === undefined ? [] : (await applyRestore(plan, { signal })).problems;
    const damage = await compare(target, wanted, signal);
    return { files: wanted.length, bytes: wanted.reduce((sum, { size }) => sum + size, 0), damage, problems };
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

async function compare(
  target: string,
  wanted: readonly ManifestEntry[],
  signal: AbortSignal | undefined,
): Promise<Damage[]> {
  const restored = new Map<BytePath, ManifestEntry>();
  const paths = wanted.map(({ path }) => path);
  for (const entry of surveyPaths(target, paths)) {
    restored.set(entry.path, entry);
  }
  const beneath = new Beneath(target);
  try {
    const damage: Damage[] = [];
    for (const expected of wanted) {
      const found = restored.get(expected.path);
      if (found === undefined) {
        damage.push({ path: expected.path, kind: "missing" });
        continue;
      }
      damage.push(...compareEntries(expected, found));
      if (found.type === "file" && (await hashFile(beneath, expected.path, signal)).sha256 !== expected.sha256) {
        damage.push({ path: expected.path, kind: "content" });
      }
    }
    return damage;
  } finally {
    beneath.close();
  }
}
