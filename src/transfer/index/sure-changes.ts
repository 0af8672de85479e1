import type { BytePath } from "../../path/byte-path.ts";
import type { Item } from "../items.ts";
import type { Differences } from "./compare-listings.ts";
import { parseRecord, type SourceRecord } from "./record.ts";
import type { TreeLook } from "./tree-look.ts";

/**
 * The changes that need no question to rsync, because the listings and the mirror say enough: a file without other names
 * has another size or another second, or a folder another time, and the mirror has one of that type there. What the
 * mirror has, no filter leaves out: with other filters there is no index. `again` are paths that count as changed
 * whatever the index says.
 */
export function sureChanges(
  changed: Differences["changed"],
  { mirror, again }: { mirror: TreeLook; again: ReadonlySet<BytePath> },
): Item[] {
  return [...changed].flatMap(([path, lines]) => {
    const [before, after] = [parseRecord(lines.before), parseRecord(lines.after)];
    if (path === "" || again.has(path) || before.type !== after.type) {
      return [];
    }
    return (after.type === "d" ? changeOfFolder(before, after, mirror) : changeOfFile(before, after, mirror)) ?? [];
  });
}

function changeOfFolder(before: SourceRecord, after: SourceRecord, mirror: TreeLook): Item | undefined {
  const isSure = before.modified !== after.modified && mirror.hasFolder(after.path);
  return isSure ? itemAt(after.path, { code: ".d..t......", length: 0, directory: true }) : undefined;
}

/** A file whose time differs by less than a second, or that the mirror has already, is left to rsync's judgement. */
function changeOfFile(before: SourceRecord, after: SourceRecord, mirror: TreeLook): Item | undefined {
  const isAlone = after.type === "f" && before.links === 1 && after.links === 1;
  if (!isAlone || isSameAs(after, { size: before.size, seconds: secondsOf(before) })) {
    return undefined;
  }
  const status = mirror.statusOf(after.path);
  if (status?.isFile() !== true || isSameAs(after, { size: status.size, seconds: Math.floor(status.mtimeMs / 1000) })) {
    return undefined;
  }
  const code = `>f.${after.size === status.size ? "." : "s"}t......`;
  return itemAt(after.path, { code, length: after.size, directory: false });
}

function isSameAs(record: SourceRecord, { size, seconds }: { size: number; seconds: number }): boolean {
  return record.size === size && secondsOf(record) === seconds;
}

function secondsOf({ modified }: SourceRecord): number {
  return Math.floor(Number(modified));
}

function itemAt(path: BytePath, rest: Omit<Item, "path">): Item {
  return { ...rest, path };
}
