import { setImmediate } from "node:timers/promises";
import type { BytePath } from "../../path/byte-path.ts";
import { type Item, isHiddenEdit, kindOf } from "../items.ts";
import { countChanges, type Deletion, type Transfer, type TransferPlan } from "../plan.ts";
import type { RsyncContext } from "../rsync.ts";
import type { TreeSize } from "../statistics.ts";
import { type Answers, askRsync } from "./ask-rsync.ts";
import type { Differences } from "./compare-listings.ts";
import { questionsOf } from "./questions.ts";
import { parseRecord, type RecordLine } from "./record.ts";
import { sureChanges } from "./sure-changes.ts";
import { TreeLook } from "./tree-look.ts";

export interface IndexedTransfer extends Transfer {
  /** The target, for the system. */
  mirror: string;
}

/** What the source was when the index was made. */
export interface Known {
  size: TreeSize;
  /** Paths that count as changed whatever the index says. */
  again: readonly BytePath[];
}

/**
 * The plan of a transfer when only these differences can be in it: rsync judges each path, and what the source no longer
 * has goes. Changes nothing.
 * @returns undefined when the mirror lacks a folder that the index knows: then only a walk of both trees tells.
 * @throws TransferError
 */
export async function planDifferences(
  transfer: IndexedTransfer,
  differences: Differences,
  { known, context }: { known: Known; context: RsyncContext },
): Promise<TransferPlan | undefined> {
  const mirror = new TreeLook(transfer.mirror);
  const work = [
    judge(transfer, differences, { known, mirror, context }),
    // While rsync works: it has its questions by then.
    setImmediate().then(() => extrasOf(transfer.source, differences, mirror)),
  ] as const;
  // When one fails, the other has ended as well before this throws.
  await Promise.allSettled(work);
  const [answers, extras] = await Promise.all(work);
  if (lacksKnownFolder(differences, answers)) {
    return undefined;
  }
  const deletions = deletionsOf(transfer.source, differences, { known, answers, mirror, extras });
  const items = withOtherNames(differences, answers);
  return {
    items,
    deletions,
    source: sizeAfter(differences, { known, answers, deletions }),
    changes: countChanges(items, deletions.length),
    problems: answers.problems,
    deletionsHeld: false,
    ...(answers.linksOpen ? { linksOpen: true } : {}),
  };
}

/** rsync is asked about all that is not sure without it. */
async function judge(
  transfer: IndexedTransfer,
  { added, changed }: Differences,
  { known: { again }, mirror, context }: { known: Known; mirror: TreeLook; context: RsyncContext },
): Promise<Answers> {
  const sure = sureChanges(changed, { mirror, again: new Set(again) });
  const open = new Map(changed);
  for (const { path } of sure) {
    open.delete(path);
  }
  const isInMirror = (folder: BytePath) => mirror.hasFolder(folder);
  const questions = questionsOf({ added, changed: open }, { again, isInMirror });
  const answers = await askRsync(transfer, questions, { isInMirror, context });
  for (const item of sure) {
    answers.items.push(item);
    answers.present.add(item.path);
  }
  return answers;
}

/** As when it was moved away and back while an earlier run worked: nothing in it has changed since, and all is missing. */
function lacksKnownFolder({ changed }: Differences, { items }: Answers): boolean {
  return items.some((item) => {
    const lines = item.directory && kindOf(item) === "created" ? changed.get(item.path) : undefined;
    return lines !== undefined && parseRecord(lines.before).type === "d";
  });
}

/**
 * The changes, and with a file that was edited under the same size and time all its other names: rsync compares the
 * contents of one name only, and does not say that the others must become links of what it will copy.
 */
function withOtherNames({ added, changed }: Differences, { items, present }: Answers): Item[] {
  const inodeOf = (path: BytePath) => {
    const line = changed.get(path)?.after ?? added.get(path);
    const record = line === undefined ? undefined : parseRecord(line);
    return record !== undefined && record.links > 1 ? record.inode : undefined;
  };
  const edited = new Map(items.filter(isHiddenEdit).map((item) => [inodeOf(item.path), item]));
  edited.delete(undefined);
  if (edited.size === 0) {
    return items;
  }
  const all = new Map(items.map((item) => [item.path, item]));
  for (const path of present) {
    const leader = edited.get(inodeOf(path));
    if (leader !== undefined && leader.path !== path) {
      all.set(path, { ...leader, code: all.get(path)?.code ?? "hf", path, leader: leader.path });
    }
  }
  return [...all.values()];
}

/**
 * What is in the mirror but not in the source: what was listed before and is not now, and what is more in a folder that
 * has changed. What a filter leaves out is not in the mirror. A path that rsync did not name is left out, or has gone
 * since the listing.
 */
function deletionsOf(
  source: string,
  { removed, added, changed }: Differences,
  {
    known,
    answers,
    mirror: here,
    extras,
  }: { known: Known; answers: Answers; mirror: TreeLook; extras: ReadonlyMap<BytePath, readonly Deletion[]> },
): Deletion[] {
  const there = new TreeLook(source);
  const deletions = new Map(answers.deletions.map(({ path, directory }) => [path, { path, directory }]));
  const remove = (path: BytePath) => {
    const status = here.statusOf(path);
    if (status !== undefined) {
      deletions.set(path, { path, directory: status.isDirectory() });
    }
  };
  for (const path of removed.keys()) {
    remove(path);
  }
  for (const path of [...added.keys(), ...changed.keys(), ...known.again]) {
    if (path !== "" && !answers.present.has(path) && there.statusOf(path) === undefined) {
      remove(path);
    }
  }
  for (const [path, inFolder] of extras) {
    if (path === "" || answers.present.has(path)) {
      for (const extra of inFolder) {
        deletions.set(extra.path, extra);
      }
    }
  }
  return [...deletions.values()];
}

/** Of each folder that has changed, what the mirror has more in it. */
function extrasOf(source: string, { changed }: Differences, here: TreeLook): Map<BytePath, Deletion[]> {
  const there = new TreeLook(source);
  const folders = [...changed].filter(([, { after }]) => parseRecord(after).type === "d");
  return new Map(folders.map(([path]) => [path, extrasIn(path, { there, here })]));
}

/** What a folder of the mirror has that the source's has not, with everything in it. */
function extrasIn(path: BytePath, { there, here }: { there: TreeLook; here: TreeLook }): Deletion[] {
  const wanted = new Set(there.namesIn(path));
  return here
    .namesIn(path)
    .filter((name) => !wanted.has(name))
    .flatMap((name) => here.everythingAt(name));
}

/** How large the source is now, after the filters. */
function sizeAfter(
  { added, changed, removed }: Differences,
  { known, answers, deletions }: { known: Known; answers: Answers; deletions: readonly Deletion[] },
): TreeSize {
  const size = { ...known.size };
  const count = (line: RecordLine | undefined, sign: 1 | -1) => {
    if (line !== undefined) {
      const record = parseRecord(line);
      const isFile = record.type === "f";
      size.entries += sign;
      size.files += isFile ? sign : 0;
      size.bytes += isFile || record.type === "l" ? sign * record.size : 0;
    }
  };
  for (const path of answers.present) {
    count(changed.get(path)?.before, -1);
    count(changed.get(path)?.after ?? added.get(path), 1);
  }
  for (const { path } of deletions) {
    if (!answers.present.has(path)) {
      count(removed.get(path) ?? changed.get(path)?.before, -1);
    }
  }
  return size;
}
