import { ancestorsOf, type BytePath } from "../../path/byte-path.ts";
import type { Differences } from "./compare-listings.ts";
import { parseRecord, type SourceRecord } from "./record.ts";

/** What rsync must be asked about. */
export interface Questions {
  /** Paths whose size or time of contents says enough, or that are new. */
  plain: Set<BytePath>;
  /** Paths whose inode has changed but not their size and time: only their contents tell. */
  contents: Set<BytePath>;
  /** Whether the top folder itself has changed. */
  top: boolean;
}

/**
 * Sorts the paths that differ by how rsync must look at them. All names of one inode get the same look, or rsync would
 * not see that they belong together. The folders above a path that the mirror has not are asked about as well: rsync's
 * answer shows whether a filter leaves one of them out. `again` are paths that count as changed whatever the index says.
 */
export function questionsOf(
  { added, changed }: Pick<Differences, "added" | "changed">,
  { again, isInMirror }: { again: readonly BytePath[]; isInMirror: (folder: BytePath) => boolean },
): Questions {
  const records = [...added.values()].map((line) => ({ record: parseRecord(line), hidden: false }));
  for (const { before, after } of changed.values()) {
    const record = parseRecord(after);
    records.push({ record, hidden: before !== after && mayHideAnEdit(parseRecord(before), record) });
  }
  const hiddenInodes = new Set(records.flatMap(({ record, hidden }) => (hidden ? [record.inode] : [])));
  const questions: Questions = { plain: new Set(), contents: new Set(again), top: false };
  for (const { record, hidden } of records) {
    if (record.path === "") {
      questions.top = true;
    } else if (hidden || (record.type === "f" && record.links > 1 && hiddenInodes.has(record.inode))) {
      questions.contents.add(record.path);
    } else {
      questions.plain.add(record.path);
    }
  }
  for (const path of [...questions.plain, ...questions.contents]) {
    for (const folder of ancestorsOf(path)) {
      if (questions.plain.has(folder) || isInMirror(folder)) {
        break;
      }
      questions.plain.add(folder);
    }
  }
  return questions;
}

function mayHideAnEdit(before: SourceRecord, after: SourceRecord): boolean {
  return after.type === "f" && before.type === "f" && before.size === after.size && before.modified === after.modified;
}
