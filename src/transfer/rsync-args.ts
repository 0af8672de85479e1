/** What of the source belongs to the backup. Patterns are rsync's. */
export interface Filters {
  /** Left out wherever the source begins: compared with the absolute path. */
  excludedRoots: readonly string[];
  exclude: readonly string[];
  oneFileSystem: boolean;
}

/**
 * Extended attributes that a file system makes up, or that only it takes: xfs shows root each ACL a second time as an
 * attribute, which rsync deletes when the source has none, and the ACL with it; btrfs keeps its compression setting as
 * one, which no other file system can store. Such a rule replaces rsync's own, so that is repeated for root; other
 * users see and set nothing but `user.*` anyway. It names both sides, as --delete-excluded would leave the receiver out.
 */
const FOREIGN_ATTRIBUTES = ["system.*", "trusted.SGI_ACL_*", "btrfs.*"].map((pattern) => `--filter=-xsr ${pattern}`);

/** The same for root on another machine, which is told no rules by a transfer that deletes nothing. */
export const PRESERVE_THERE = FOREIGN_ATTRIBUTES.map((rule) => `--remote-option=${rule}`);

/** ACLs and extended attributes. */
export const PRESERVE_ATTRIBUTES = [
  "--acls",
  "--xattrs",
  ...(process.getuid?.() === 0 ? FOREIGN_ATTRIBUTES : []),
] as const;

/** Owners by number, modes, times, links, devices. */
export const PRESERVE_ALL_BUT_ATTRIBUTES = ["--archive", "--hard-links", "--numeric-ids", "--sparse"] as const;

/** Everything that a file has: also ACLs and extended attributes. */
export const PRESERVE = [...PRESERVE_ALL_BUT_ATTRIBUTES, ...PRESERVE_ATTRIBUTES] as const;

/** Just the paths on the standard input, which `fileList` makes. */
export const LISTED = ["--from0", "--files-from=-", "--no-implied-dirs"] as const;

/** rsync looks at whole seconds unless told otherwise, and so misses a second edit within one. */
export function timeArguments({ wholeSeconds = false }: { wholeSeconds?: boolean | undefined }): string[] {
  return wholeSeconds ? [] : ["--modify-window=-1"];
}

/** Roots first, as rsync-system-backup does: in rsync the first rule that matches wins. */
export function filterArguments(filters: Filters): string[] {
  return [
    ...(filters.oneFileSystem ? ["--one-file-system"] : []),
    ...filters.excludedRoots.map((pattern) => `--filter=-/ ${pattern}`),
    ...filters.exclude.map((pattern) => `--exclude=${pattern}`),
  ];
}

/** The same expression with exactly one trailing slash: rsync then means the contents. */
export function withTrailingSlash(path: string): string {
  return `${path.replace(/\/+$/, "")}/`;
}

/** What no backup of a whole system should hold: what is mounted, temporary or made anew. From rsync-system-backup. */
export const DEFAULT_EXCLUDED_ROOTS = [
  "/dev/",
  "/home/*/.cache/",
  "/media/",
  "/mnt/",
  "/proc/",
  "/run/",
  "/sys/",
  "/tmp/",
  "/var/cache/",
  "/var/tmp/",
] as const;
