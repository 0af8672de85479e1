import type { BytePath } from "../../path/byte-path.ts";
import type { ManifestEntry } from "../manifest/entry.ts";

/** What can be wrong with a path of a snapshot, and what it means. The manual page lists the same. */
export const DAMAGE_KINDS = {
  content: "its contents changed by themselves: size and time are as they were",
  rewritten: "something has written to it: contents and time are others",
  zeroed: "it holds nothing but zeros",
  truncated: "it is shorter than it was",
  grown: "it is longer than it was",
  swapped: "it has the contents of another file, which has its own",
  unreadable: "the disk cannot read it",
  missing: "it is gone",
  extra: "it was not there when the snapshot was made",
  type: "it is something else: a folder for a file, or the like",
  mode: "its permissions changed",
  owner: "its owner or group changed",
  time: "its time of modification changed",
  attributes: "its extended attributes or ACLs changed",
  target: "the symbolic link leads elsewhere",
  device: "it is another device",
  links: "it is no longer a hard link of the files that it was one of, or is one of others",
  manifest: "the manifest itself was changed, or is gone",
} as const;

export type DamageKind = keyof typeof DAMAGE_KINDS;

export interface Damage {
  path: BytePath;
  kind: DamageKind;
  /** What it was and what it is, for people. */
  detail?: string;
}

/** How an entry differs from its record, contents aside; an entry of another type is compared no further. Pure. */
export function compareEntries(expected: ManifestEntry, found: ManifestEntry): Damage[] {
  const { path } = expected;
  if (expected.type !== found.type) {
    return [{ path, kind: "type", detail: `${expected.type}, now ${found.type}` }];
  }
  const facts: [DamageKind, string, string][] = [
    ["mode", octal(expected.mode), octal(found.mode)],
    ["owner", `${expected.uid}:${expected.gid}`, `${found.uid}:${found.gid}`],
    ["time", expected.time, found.time],
    ["attributes", expected.xattrs ?? "none", found.xattrs ?? "none"],
    ["target", expected.target ?? "", found.target ?? ""],
    ["device", expected.device ?? "", found.device ?? ""],
  ];
  return facts.flatMap(([kind, was, is]) =>
    was === is ? [] : [{ path, kind, ...(kind === "attributes" ? {} : { detail: `${was}, now ${is}` }) }],
  );
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

/** What was read of a file whose contents are not those on record. */
export interface WrongContent {
  expected: ManifestEntry;
  found: ManifestEntry;
  sha256: string;
  isZeros: boolean;
}

/** Names what became of each file's contents. Two that have each other's are swapped. Pure. */
export function nameWrongContents(wrong: readonly WrongContent[]): Damage[] {
  const byExpected = new Map(wrong.map((each) => [each.expected.sha256, each]));
  return wrong.map((each) => {
    const { expected, found } = each;
    const { path } = expected;
    const other = byExpected.get(each.sha256);
    if (other !== undefined && other.sha256 === expected.sha256) {
      return { path, kind: "swapped", detail: other.expected.path };
    }
    if (found.size !== expected.size) {
      const kind = found.size < expected.size ? "truncated" : "grown";
      return { path, kind, detail: `${expected.size} bytes, now ${found.size}` };
    }
    return { path, kind: each.isZeros ? "zeroed" : found.time === expected.time ? "content" : "rewritten" };
  });
}
