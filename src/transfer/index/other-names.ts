import { RecordCursor } from "../../process/record-cursor.ts";
import type { Differences } from "./compare-listings.ts";
import { parseRecord } from "./record.ts";

/**
 * The inodes of new names that have names elsewhere, too: a folder that is renamed takes its names along, and the others
 * show nothing of it. Pure.
 */
export function inodesNamedElsewhere({ added, changed }: Pick<Differences, "added" | "changed">): Set<string> {
  const named = new Map<string, number>();
  const expected = new Map<string, number>();
  const see = (line: string, before: string | undefined) => {
    const record = parseRecord(line);
    if (record.type !== "d" && record.links > 1) {
      named.set(record.inode, (named.get(record.inode) ?? 0) + 1);
      if (before === undefined || parseRecord(before).inode !== record.inode) {
        expected.set(record.inode, record.links);
      }
    }
  };
  for (const line of added.values()) {
    see(line, undefined);
  }
  for (const { before, after } of changed.values()) {
    see(after, before);
  }
  return new Set([...expected].flatMap(([inode, count]) => ((named.get(inode) ?? 0) < count ? [inode] : [])));
}

/**
 * Counts the unchanged names of these inodes among the changes, so that rsync is asked about all names of one together.
 * @param listing the earlier one.
 */
export async function addOtherNames(
  differences: Differences,
  inodes: ReadonlySet<string>,
  listing: AsyncIterable<Buffer>,
): Promise<void> {
  const records = new RecordCursor(listing);
  try {
    while (await records.fill()) {
      const { line } = records;
      const { inode, path } = parseRecord(line);
      if (inodes.has(inode) && !differences.removed.has(path) && !differences.changed.has(path)) {
        differences.changed.set(path, { before: line, after: line });
      }
      records.advance();
    }
  } finally {
    await records.close();
  }
}
