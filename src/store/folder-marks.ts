import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { BytePath } from "../path/byte-path.ts";
import { ensureFolder, inStore, METADATA, namesIn, PARTS, type Store } from "./layout.ts";
import { formatTime } from "./manifest/entry.ts";

const FOLDER = "folders";
/** A folder that changed so shortly before it was listed may change again and look the same. */
const GRAIN_MS = 2_000;
const NS_PER_MS = 1_000_000n;

/**
 * What a snapshot's folders were made from: the mirror's entry of each, with inode and ctime. A folder of the mirror that
 * still has the same entry has the same attributes, ACLs and extended attributes among them.
 */
export class FolderMarks {
  readonly noted: string[] = [];
  private readonly spare: ReadonlySet<string>;
  private readonly latestNs: bigint;

  /** `listed` is when the listing of the mirror begins. */
  constructor(spare: ReadonlySet<string>, listed: Date) {
    this.spare = spare;
    this.latestNs = BigInt(listed.getTime() - GRAIN_MS) * NS_PER_MS;
  }

  /** Notes a folder of the mirror. @returns whether the spare was made from just this. */
  meet({ path, inode, changedNs }: { path: BytePath; inode: bigint; changedNs: bigint }): boolean {
    const mark = `d ${inode}/${formatTime(changedNs)} ${path}`;
    if (changedNs < this.latestNs) {
      this.noted.push(mark);
    }
    return this.spare.has(mark);
  }
}

/** The marks of a snapshot, or of the spare that it has become; none when they are missing or damaged. */
export async function readFolderMarks(store: Store, snapshot: string): Promise<ReadonlySet<string>> {
  const { gunzipSync } = await import("node:zlib");
  try {
    const bytes = gunzipSync(readFileSync(inStore(store, METADATA, FOLDER, `${snapshot}.gz`)));
    return new Set(bytes.toString("latin1").split("\0"));
  } catch {
    return new Set();
  }
}

/** Keeps the marks of a new snapshot, and forgets those of snapshots that are gone. */
export async function writeFolderMarks(store: Store, snapshot: string, marks: readonly string[]): Promise<void> {
  const { gzipSync } = await import("node:zlib");
  ensureFolder(store, FOLDER);
  const bytes = gzipSync(Buffer.from(marks.join("\0"), "latin1"), { level: 1 });
  writeFileSync(inStore(store, METADATA, FOLDER, `${snapshot}.gz`), bytes, { mode: 0o600 });
  for (const file of namesIn(inStore(store, METADATA, FOLDER))) {
    const name = file.replace(/\.gz$/, "");
    const isThere = [[name], [METADATA, PARTS.building, name], [METADATA, PARTS.spare, name]].some((path) =>
      existsSync(inStore(store, ...path)),
    );
    if (!isThere) {
      rmSync(inStore(store, METADATA, FOLDER, file), { force: true });
    }
  }
}
