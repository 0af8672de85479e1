import { mkdirSync } from "node:fs";
import { setImmediate, setTimeout } from "node:timers/promises";
import { applyChanges, planChanges } from "./changes.ts";
import { planTree, type TreeEntry, writeTree } from "./tree.ts";

const CHANGED_SHARE = 0.01;
/**
 * So long nothing changes before a backup. What changed just before is looked at again the next time, by restic and
 * bakup at least: on most nights that is nothing, and here it would be everything that changes at all.
 */
const QUIET_MS = 3_000;

/** The tree that all programs back up. It changes in the same way for all of them, and for the same seed. */
export class Source {
  readonly path: string;
  private tree: readonly TreeEntry[];
  private readonly seed: number;
  private days = 0;

  private constructor(path: string, tree: readonly TreeEntry[], seed: number) {
    this.path = path;
    this.tree = tree;
    this.seed = seed;
  }

  /** Makes the tree in a new folder. */
  static async make(
    path: string,
    { files, seed, signal }: { files: number; seed: number; signal: AbortSignal },
  ): Promise<Source> {
    const tree = planTree({ files, seed });
    mkdirSync(path);
    await writeTree(path, tree, signal);
    await setTimeout(QUIET_MS, undefined, { signal });
    return new Source(path, tree, seed);
  }

  /** On each of so many days 1 % of the files change, and not the same ones. */
  async change(days: number, signal: AbortSignal): Promise<void> {
    for (let left = days; left > 0; left -= 1) {
      await setImmediate();
      signal.throwIfAborted();
      this.days += 1;
      const { changes, after } = planChanges(this.tree, { share: CHANGED_SHARE, seed: this.seed * 1000 + this.days });
      applyChanges(this.path, changes);
      this.tree = after;
    }
    await setTimeout(QUIET_MS, undefined, { signal });
  }

  /** A file to be restored. */
  someFile(): string | undefined {
    return this.tree.findLast((entry) => entry.kind === "file")?.path;
  }
}
