import type { Finding } from "./finding.ts";

export interface RsyncFacts {
  /** What `rsync --version` says; undefined when rsync cannot be run. */
  banner: string | undefined;
  /** The version of Debian's package, whose updates close holes without a new version of rsync's own. */
  packageVersion: string | undefined;
}

/** Holes that a version has closed, newest last. */
const CLOSED: readonly { by: readonly [number, number, number]; holes: string; isGrave: boolean }[] = [
  {
    by: [3, 4, 0],
    holes: "who is at the other end may run programs here, or write outside of the folder (CVE-2024-12084 to -12088)",
    isGrave: true,
  },
  { by: [3, 5, 0], holes: "among others, clients may leave the folder of rrsync (CVE-2026-53783)", isGrave: false },
];
const UPDATED_BY_DISTRIBUTION = /\+deb\d+u\d+|ubuntu\d+\.\d+/;
const NEEDED = ["hardlinks", "symlinks", "ACLs", "xattrs"];

/** Holds rsync against its known holes, and against what a complete backup needs. */
export function judgeRsync({ banner, packageVersion }: RsyncFacts): Finding[] {
  const [, version, ...numbers] = /^rsync\s+version v?((\d+)\.(\d+)\.(\d+)\S*)/m.exec(banner ?? "") ?? [];
  if (banner === undefined || version === undefined) {
    const text = banner === undefined ? "rsync is not there" : "rsync does not tell its version";
    return [{ check: "rsync", level: "problem", text, hint: "install it: apt install rsync" }];
  }
  const hole = CLOSED.find(({ by }) => isBefore(numbers.map(Number), by));
  return [judgeHole(hole, { version, packageVersion }), ...judgeAbilities(banner)];
}

function judgeHole(
  hole: (typeof CLOSED)[number] | undefined,
  { version, packageVersion }: { version: string; packageVersion: string | undefined },
): Finding {
  if (hole === undefined) {
    return { check: "rsync", level: "fine", text: `rsync ${version} has no holes that are known here` };
  }
  const text = `rsync ${version} is older than ${hole.by.join(".")}: ${hole.holes}`;
  if (packageVersion !== undefined && UPDATED_BY_DISTRIBUTION.test(packageVersion)) {
    const hint = `the package ${packageVersion} may have them closed: apt changelog rsync; keep it up to date`;
    return { check: "rsync", level: "advice", text, hint };
  }
  const hint = "update it; until then, use it only with machines and local disks that you trust";
  return { check: "rsync", level: hole.isGrave ? "problem" : "advice", text, hint };
}

/** The abilities stand between commas, the lacking ones as "no ACLs". */
function judgeAbilities(banner: string): Finding[] {
  const abilities = banner.split(/[,\n]/).map((ability) => ability.trim());
  const lacking = NEEDED.filter((ability) => abilities.includes(`no ${ability}`));
  const text = `this rsync was built without ${lacking.join(", ")}: backups will lack them`;
  return lacking.length === 0
    ? []
    : [{ check: "rsync", level: "problem", text, hint: "install the rsync of your distribution" }];
}

function isBefore(version: readonly number[], other: readonly number[]): boolean {
  const index = other.findIndex((part, at) => part !== (version[at] ?? 0));
  return index !== -1 && (version[index] ?? 0) < (other[index] ?? 0);
}
