import { lstatSync } from "node:fs";
import { errnoOf } from "../../errors/describe.ts";
import { Beneath } from "../../path/beneath.ts";
import type { BytePath } from "../../path/byte-path.ts";
import type { Store } from "../layout.ts";
import { entryOfStatus, type ManifestEntry } from "../manifest/entry.ts";
import type { ManifestSeal } from "../manifest/file.ts";
import { hashFile } from "../manifest/hash.ts";
import { readManifest } from "../manifest/read.ts";
import type { Budget } from "./budget.ts";
import { isInPart, type Part } from "./parts.ts";

export interface SourceCheck {
  /** Files that were compared. */
  compared: number;
  /** Files that have changed, or are gone, since the backup: as the source does. */
  changedSince: number;
  /** Files of the same size and time with other contents: one of the two is damaged. */
  different: BytePath[];
  unreadable: { path: BytePath; reason: string }[];
  /** Whether the budget ended first. */
  unfinished: boolean;
}

/**
 * Compares what a snapshot should hold, as its manifest says, with the source. Only a file whose size and time are
 * those of the backup can show damage: any other has been changed since.
 * @throws ManifestDamagedError; the system's error when the source is no folder.
 */
export async function checkSource(
  store: Store,
  { name, seal }: { name: string; seal: ManifestSeal },
  { source, part, budget, signal }: { source: string; part: Part; budget: Budget; signal?: AbortSignal | undefined },
): Promise<SourceCheck> {
  const check: SourceCheck = { compared: 0, changedSince: 0, different: [], unreadable: [], unfinished: false };
  const beneath = new Beneath(source);
  try {
    for await (const entries of readManifest(store, name, seal, signal)) {
      for (const entry of entries.filter(({ type, sha256 = "" }) => type === "file" && isInPart(sha256, part))) {
        if (budget.isSpent) {
          return { ...check, unfinished: true };
        }
        await compare(beneath, entry, { check, budget, signal });
      }
    }
    return check;
  } finally {
    beneath.close();
  }
}

async function compare(
  source: Beneath,
  expected: ManifestEntry,
  { check, budget, signal }: { check: SourceCheck; budget: Budget; signal: AbortSignal | undefined },
): Promise<void> {
  const { path } = expected;
  try {
    if (!isUnchanged(source, expected)) {
      check.changedSince += 1;
      return;
    }
    const { sha256, size } = await hashFile(source, path, signal);
    budget.spend(size);
    if (sha256 === expected.sha256) {
      check.compared += 1;
    } else if (isUnchanged(source, expected)) {
      check.compared += 1;
      check.different.push(path);
    } else {
      check.changedSince += 1;
    }
  } catch (error) {
    signal?.throwIfAborted();
    const reason = errnoOf(error) ?? String(error);
    if (reason === "ENOENT" || reason === "ENOTDIR" || reason === "ELOOP") {
      check.changedSince += 1;
    } else {
      check.unreadable.push({ path, reason });
    }
  }
}

function isUnchanged(source: Beneath, expected: ManifestEntry): boolean {
  const { type, size, time } = entryOfStatus(expected.path, lstatSync(source.place(expected.path), { bigint: true }));
  return type === "file" && size === expected.size && time === expected.time;
}
