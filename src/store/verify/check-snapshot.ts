import { errnoOf } from "../../errors/describe.ts";
import { Beneath } from "../../path/beneath.ts";
import { type BytePath, TOP } from "../../path/byte-path.ts";
import { inStore, type Store } from "../layout.ts";
import type { ManifestEntry } from "../manifest/entry.ts";
import type { ManifestSeal } from "../manifest/file.ts";
import { hashFile } from "../manifest/hash.ts";
import { mergeByPath } from "../manifest/merge.ts";
import { ManifestDamagedError, readManifest } from "../manifest/read.ts";
import { entryOf, surveyTree } from "../manifest/survey.ts";
import type { NumberTable } from "../number-table.ts";
import type { Budget } from "./budget.ts";
import { compareEntries, type Damage, nameWrongContents, type WrongContent } from "./damage.ts";
import { LinkCheck } from "./links.ts";
import { isInPart, type Part } from "./parts.ts";
import { hasOnlyZeros } from "./zeros.ts";

export interface CheckOptions {
  part: Part;
  /** Contents up to this path have been read already. */
  after: BytePath | undefined;
  budget: Budget;
  /** Inodes whose contents were found right, with the beginning of their hash: other snapshots link them too. */
  sound: NumberTable;
  signal?: AbortSignal | undefined;
}

export interface SnapshotCheck {
  damage: Damage[];
  entries: number;
  /** The last path whose contents were read, when the budget ended before the snapshot did. */
  brokenAfter?: BytePath;
}

/**
 * Compares a snapshot with its manifest: everything but contents of all entries, and the contents of the files of one
 * part. An inode that several snapshots link is read once.
 * @throws StoreError, TransferError when the tree cannot be listed.
 */
export async function checkSnapshot(
  store: Store,
  { name, seal }: { name: string; seal: ManifestSeal },
  options: CheckOptions,
): Promise<SnapshotCheck> {
  const tree = inStore(store, name);
  const contents = new ContentCheck(tree, options);
  const links = new LinkCheck();
  const damage: Damage[] = [];
  let entries = 0;
  try {
    for await (const pairs of mergeByPath(
      { pieces: readManifest(store, name, seal, options.signal), pathOf: ({ path }) => path },
      { pieces: surveyTree(tree, options.signal), pathOf: ({ path }) => path },
    )) {
      for (const { path, left: expected, right: seen } of pairs) {
        entries += 1;
        const found = seen === undefined ? undefined : entryOf(seen);
        if (expected === undefined || found === undefined) {
          damage.push({ path, kind: found === undefined ? "missing" : "extra" });
          continue;
        }
        damage.push(...compareEntries(expected, found), ...links.check(expected, found));
        if (expected.type === "file" && found.type === "file") {
          await contents.check(expected, found);
        }
      }
    }
    damage.push(...contents.unreadable, ...nameWrongContents(contents.wrong));
  } catch (error) {
    if (!(error instanceof ManifestDamagedError)) {
      throw error;
    }
    damage.push({ path: TOP, kind: "manifest", detail: error.message });
  } finally {
    contents.close();
  }
  const { brokenAfter } = contents;
  return { damage, entries, ...(brokenAfter === undefined ? {} : { brokenAfter }) };
}

class ContentCheck {
  readonly wrong: WrongContent[] = [];
  readonly unreadable: Damage[] = [];
  brokenAfter: BytePath | undefined;
  private last: BytePath;
  private readonly beneath: Beneath;
  private readonly options: CheckOptions;

  constructor(tree: string, options: CheckOptions) {
    this.beneath = new Beneath(tree);
    this.options = options;
    this.last = options.after ?? TOP;
  }

  async check(expected: ManifestEntry, found: ManifestEntry): Promise<void> {
    const { part, after, budget, sound, signal } = this.options;
    const { path, sha256 = "" } = expected;
    const [inode, digest] = [BigInt(found.inode), BigInt(`0x${sha256.slice(0, 16) || 0}`)];
    const isDone = (after !== undefined && path <= after) || sound.get(inode) === digest;
    if (this.brokenAfter !== undefined || isDone || !isInPart(sha256, part)) {
      return;
    }
    if (budget.isSpent) {
      this.brokenAfter = this.last;
      return;
    }
    this.last = path;
    try {
      const hashed = await hashFile(this.beneath, path, signal);
      budget.spend(hashed.size);
      if (hashed.sha256 === sha256) {
        sound.set(inode, digest);
      } else {
        const isZeros = hashed.size > 0 && hasOnlyZeros(this.beneath, path);
        this.wrong.push({ expected, found, sha256: hashed.sha256, isZeros });
      }
    } catch (error) {
      signal?.throwIfAborted();
      this.unreadable.push({ path, kind: "unreadable", detail: errnoOf(error) ?? String(error) });
    }
  }

  close(): void {
    this.beneath.close();
  }
}
