import { TransferError } from "../errors/errors.ts";
import type { Beneath } from "../path/beneath.ts";
import { type BytePath, bytePathFromLatin1 } from "../path/byte-path.ts";
import { describeEnd, runCommand } from "../process/command.ts";
import { splitter } from "../process/lines.ts";
import type { Item } from "./items.ts";
import type { RsyncContext } from "./rsync.ts";

/** So many of an inode's links are left for the spare, which is refreshed while rsync makes its own. */
const LEFT_FOR_SPARE = 1_000;
/** ext4, the strictest of the usual file systems, allows 65,000 links of one inode. */
const MOST_LINKS = 65_000 - LEFT_FOR_SPARE;

/**
 * Inodes that have no room for the links that the plan adds, with all their names in the mirror: rsync would fail to
 * link them. Usually none, which costs next to nothing; else one walk of the mirror.
 * @throws TransferError when the mirror cannot be read.
 */
export async function findFullInodes(
  { mirror, tree }: { mirror: string; tree: Beneath },
  items: readonly Item[],
  context: Pick<RsyncContext, "signal">,
): Promise<Map<bigint, BytePath[]>> {
  const full = fullLeaders(tree, items);
  const names = new Map<bigint, BytePath[]>();
  if (full.length === 0) {
    return names;
  }
  const wanted = full.flatMap((inode, index) => [...(index === 0 ? [] : ["-o"]), "-inum", String(inode)]);
  const onName = splitter("\0", (line) => {
    const blank = line.indexOf(" ");
    const inode = BigInt(line.slice(0, blank));
    const path = bytePathFromLatin1(line.slice(blank + 1));
    const known = names.get(inode);
    if (known === undefined) {
      names.set(inode, [path]);
    } else {
      known.push(path);
    }
  });
  const result = await runCommand("find", [".", "-xdev", "(", ...wanted, ")", "-printf", "%i %P\\0"], {
    cwd: mirror,
    signal: context.signal,
    onStdout: onName,
  });
  context.signal?.throwIfAborted();
  if (result.exitCode !== 0) {
    const said = result.stderr.toString().trim().split("\n")[0] || describeEnd(result);
    throw new TransferError(`cannot look for hard links in the mirror: ${said}`);
  }
  return names;
}

function fullLeaders(tree: Beneath, items: readonly Item[]): bigint[] {
  const added = new Map<BytePath, number>();
  for (const { leader } of items) {
    if (leader !== undefined) {
      added.set(leader, (added.get(leader) ?? 0) + 1);
    }
  }
  return [...added].flatMap(([leader, count]) => {
    const status = tree.look(leader);
    return status !== undefined && status.nlink + BigInt(count) > MOST_LINKS ? [status.ino] : [];
  });
}
