import type { ManifestEntry } from "../manifest/entry.ts";
import { NumberTable } from "../number-table.ts";
import type { Damage } from "./damage.ts";

/** Checks that what was one file under several names still is one, and nothing else has become one. */
export class LinkCheck {
  private readonly nowOf = new NumberTable();
  private readonly onceOf = new NumberTable();

  check(expected: ManifestEntry, found: ManifestEntry): Damage[] {
    if (expected.type === "dir" || expected.type !== found.type) {
      return [];
    }
    const [once, now] = [BigInt(expected.inode), BigInt(found.inode)];
    const isOne = isSame(this.nowOf, once, now);
    const isNoOther = isSame(this.onceOf, now, once);
    return isOne && isNoOther ? [] : [{ path: expected.path, kind: "links" }];
  }
}

/** Notes the first value of a key, and says whether this one is the same. */
function isSame(table: NumberTable, key: bigint, value: bigint): boolean {
  const known = table.get(key);
  if (known === undefined) {
    table.set(key, value);
  }
  return known === undefined || known === value;
}
