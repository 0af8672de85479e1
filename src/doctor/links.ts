import { formatCount } from "../units/size.ts";
import type { Finding } from "./finding.ts";

export interface LinkFacts {
  store: string;
  /** So many files of the newest snapshot were copied, because their inodes can have no more links. */
  copied: number;
}

/** Each snapshot of hard links is one more link of each file; ext4 allows 65,000 of one. */
export function judgeLinks({ store, copied }: LinkFacts): Finding {
  return copied === 0
    ? { check: "links", level: "fine", text: `no file in ${store} has run out of links` }
    : {
        check: "links",
        level: "advice",
        text: `files in ${store} have as many links as their file system allows: the newest snapshot copied ${formatCount(copied)}`,
        hint: "keep fewer snapshots ([rotation]), or use xfs or btrfs for the backup disk, which share contents without links",
      };
}
