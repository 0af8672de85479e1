import type { Finding } from "./finding.ts";

export interface UdisksFacts {
  /** Whether a profile unlocks a disk, or mounts one at all. */
  need: "unlock" | "mount" | "nothing";
  /** Whether all profiles that need a disk do without udisks2, by `backend = tools`. */
  usesTools: boolean;
  /** Why it does not answer; undefined when it does. */
  trouble: string | undefined;
  /** Whether the part of libblockdev is installed without which it unlocks nothing. */
  hasCrypto: boolean;
}

/** A missing udisks2 is a problem only where disks are opened, and even there plain tools may do instead. */
export function judgeUdisks({ need, usesTools, trouble, hasCrypto }: UdisksFacts): Finding {
  if (need === "nothing" || usesTools) {
    const why = usesTools ? "the profiles use plain tools instead" : "no profile has a disk to open";
    return { check: "udisks2", level: "fine", text: `udisks2 is not needed: ${why}` };
  }
  if (trouble !== undefined) {
    const hint = "install it: apt install udisks2; is D-Bus there?";
    return { check: "udisks2", level: "problem", text: `udisks2 does not answer: ${trouble}`, hint };
  }
  if (need === "unlock" && !hasCrypto) {
    const text = "udisks2 lacks its part for LUKS: no disk can be unlocked";
    return { check: "udisks2", level: "problem", text, hint: "apt install libblockdev-crypto3 (Debian 12: -crypto2)" };
  }
  return { check: "udisks2", level: "fine", text: `udisks2 answers${hasCrypto ? ", and can unlock LUKS" : ""}` };
}
