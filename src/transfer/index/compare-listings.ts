import type { BytePath } from "../../path/byte-path.ts";
import { RecordCursor } from "../../process/record-cursor.ts";
import { pathOfRecord, type RecordLine } from "./record.ts";

/** What two listings of one source differ in, by path. */
export interface Differences {
  /** Only in the later one. */
  added: Map<BytePath, RecordLine>;
  /** Only in the earlier one. */
  removed: Map<BytePath, RecordLine>;
  /** In both, but not the same. */
  changed: Map<BytePath, { before: RecordLine; after: RecordLine }>;
}

/** So many differences are held in memory; with more, looking at everything costs little more. */
export const MOST_DIFFERENCES = 100_000;

/**
 * Compares two listings as streams. They need not be sorted: what meets nothing of its path on the other side waits for
 * it. As find lists an unchanged folder in the same order every time, little has to wait.
 * @returns undefined when too much differs to hold it.
 */
export async function compareListings(
  before: AsyncIterable<Buffer>,
  after: AsyncIterable<Buffer>,
  { most = MOST_DIFFERENCES }: { most?: number } = {},
): Promise<Differences | undefined> {
  const [old, now] = [new RecordCursor(before), new RecordCursor(after)];
  const found: Differences = { added: new Map(), removed: new Map(), changed: new Map() };
  try {
    for (;;) {
      const filled = [old.fill(), now.fill()] as const;
      const [hasOld, hasNow] = filled.some((each) => each instanceof Promise) ? await Promise.all(filled) : filled;
      if (hasOld && hasNow) {
        RecordCursor.skipEqual(old, now);
        if (old.fill() === true && now.fill() === true) {
          meet(old, now, found);
        }
      } else if (hasNow) {
        takeAfter(now, found);
      } else if (hasOld) {
        takeBefore(old, found);
      } else {
        return found;
      }
      if (found.added.size + found.removed.size + found.changed.size > most) {
        return undefined;
      }
    }
  } finally {
    await Promise.all([old.close(), now.close()]);
  }
}

/** Two records that are not the same: of one path, or at least one of them has met its own before, or both must wait. */
function meet(old: RecordCursor, now: RecordCursor, found: Differences): void {
  const [before, after] = [old.line, now.line];
  const [pathBefore, pathAfter] = [pathOfRecord(before), pathOfRecord(after)];
  if (pathBefore === pathAfter) {
    found.changed.set(pathAfter, { before, after });
    old.advance();
    now.advance();
  } else if (found.removed.has(pathAfter)) {
    takeAfter(now, found);
  } else if (found.added.has(pathBefore)) {
    takeBefore(old, found);
  } else {
    takeAfter(now, found);
    takeBefore(old, found);
  }
}

function takeAfter(now: RecordCursor, found: Differences): void {
  const after = now.line;
  const path = pathOfRecord(after);
  const before = found.removed.get(path);
  now.advance();
  if (before === undefined) {
    found.added.set(path, after);
  } else {
    found.removed.delete(path);
    pair(path, { before, after }, found);
  }
}

function takeBefore(old: RecordCursor, found: Differences): void {
  const before = old.line;
  const path = pathOfRecord(before);
  const after = found.added.get(path);
  old.advance();
  if (after === undefined) {
    found.removed.set(path, before);
  } else {
    found.added.delete(path);
    pair(path, { before, after }, found);
  }
}

function pair(path: BytePath, lines: { before: RecordLine; after: RecordLine }, found: Differences): void {
  if (lines.before !== lines.after) {
    found.changed.set(path, lines);
  }
}
