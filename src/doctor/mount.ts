import type { Finding } from "./finding.ts";

/** The mount that a store lies on. */
export interface MountFacts {
  point: string;
  /** The kind of file system. */
  type: string;
  readOnly: boolean;
  options: readonly string[];
  /** Whether the source begins on the same file system. */
  holdsSource: boolean;
}

const NO_LINKS = ["vfat", "msdos", "exfat"];
const NO_OWNERS = ["ntfs", "ntfs3", "fuseblk", "cifs", "smb3", "fuse.sshfs"];

interface Flaw {
  level: "advice" | "problem";
  text: string;
  hint: string;
}

/** Whether what is written to the store lasts, and keeps owners, attributes and hard links. */
export function judgeMount(facts: MountFacts): Finding[] {
  const flaws = [...flawsOfKind(facts), ...flawsOfOptions(facts), ...flawsOfPlace(facts)];
  return flaws.length > 0
    ? flaws.map((flaw) => ({ check: "mount", ...flaw }))
    : [{ check: "mount", level: "fine", text: `${facts.point} (${facts.type}) is mounted well for backups` }];
}

function flawsOfKind({ point, type }: MountFacts): Flaw[] {
  const hint = "use ext4, xfs or btrfs for the backup disk";
  if (NO_LINKS.includes(type)) {
    return [{ level: "problem", text: `${point} is ${type}, which has no hard links, owners or modes`, hint }];
  }
  if (NO_OWNERS.includes(type)) {
    return [{ level: "problem", text: `${point} is ${type}, which may lose owners, modes and attributes`, hint }];
  }
  return type === "tmpfs"
    ? [{ level: "problem", text: `${point} is tmpfs: everything is gone when the machine stops`, hint }]
    : [];
}

function flawsOfOptions({ point, readOnly, options }: MountFacts): Flaw[] {
  const has = (...names: string[]) => options.find((option) => names.includes(option));
  const unsafe = has("nobarrier", "barrier=0", "data=writeback", "nolog");
  const lossy = has("noacl", "nouser_xattr");
  const slow = has("sync", "dirsync");
  const remove = (option: string) => `take ${option} out of its mount options`;
  return [
    ...(readOnly
      ? flaw("problem", `${point} is mounted read-only`, "if it became so by itself the disk has errors: dmesg, fsck")
      : []),
    ...(unsafe === undefined ? [] : flaw("problem", `${point}: ${unsafe} risks it in a power cut`, remove(unsafe))),
    ...(lossy === undefined ? [] : flaw("problem", `${point}: ${lossy} loses attributes`, remove(lossy))),
    ...(slow === undefined ? [] : flaw("advice", `${point}: ${slow} makes backups very slow`, remove(slow))),
  ];
}

function flawsOfPlace({ point, holdsSource }: MountFacts): Flaw[] {
  return holdsSource
    ? flaw(
        "advice",
        `the store lies on the file system of the source, ${point}: one broken disk takes both`,
        "keep a backup on another disk or machine",
      )
    : [];
}

function flaw(level: Flaw["level"], text: string, hint: string): Flaw[] {
  return [{ level, text, hint }];
}
