import { localTime } from "../../lock/local-time.ts";
import { type BytePath, childOf, printable } from "../../path/byte-path.ts";
import type { FileVersion } from "../../store/find.ts";
import type { FolderEntry, FolderName } from "../../store/folder-entries.ts";
import type { Snapshot } from "../../store/list.ts";
import { formatAge } from "../../units/age.ts";
import { formatBytes, formatCount, plural } from "../../units/size.ts";
import { above, type Move, type Spot, topOf } from "./spot.ts";

/** A line that can be chosen. */
export interface Row {
  name: string;
  /** More about it, where it is known without another look at the store. */
  description?: string;
  /** The name in the folder that it stands for. */
  entry?: FolderName;
  move: Move;
}

/** The snapshots, newest first. Pure. */
export function snapshotRows(snapshots: readonly Snapshot[], now: number): Row[] {
  const rows = snapshots.map(({ name, state, instant, record }): Row => {
    const size = record?.bytes === undefined ? [] : [formatBytes(record.bytes)];
    const entries = record?.entries === undefined ? [] : [`${formatCount(record.entries)} entries`];
    return {
      name,
      description: [state, `${formatAge(instant, now)} old`, ...size, ...entries].join(", "),
      move: { do: "go", to: topOf(name) },
    };
  });
  return [...rows.reverse(), { name: "leave", move: { do: "leave" } }];
}

/** What is in a folder, behind the way up and its restore. Pure. */
export function folderRows(spot: Extract<Spot, { at: "folder" }>, names: readonly FolderName[]): Row[] {
  const { snapshot, path } = spot;
  const what = path === "" ? "everything" : "this folder";
  return [
    wayUp(spot),
    { name: `restore ${what}…`, move: { do: "restore", snapshot, path } },
    ...names.map((entry): Row => {
      const at = entry.isFolder ? "folder" : "file";
      return {
        name: `${printable(entry.name)}${entry.isFolder ? "/" : ""}`,
        entry,
        move: { do: "go", to: { at, snapshot, path: childOf(path, entry.name) } },
      };
    }),
  ];
}

/** The versions of a file, newest first, behind the way up and its restore. Pure. */
export function fileRows(spot: Extract<Spot, { at: "file" }>, versions: readonly FileVersion[]): Row[] {
  const { snapshot, path } = spot;
  return [
    wayUp(spot),
    { name: `restore it as in ${snapshot}…`, move: { do: "restore", snapshot, path } },
    ...versions.map(
      (version): Row => ({
        name: nameOf(version),
        description: `mode ${version.mode.toString(8).padStart(4, "0")}, ${whereIs(version)}`,
        move: {
          do: "go",
          to: { at: "version", snapshot, path, version, versions },
        },
      }),
    ),
  ];
}

/** What can be done with one version of a file. Pure. */
export function versionRows(spot: Extract<Spot, { at: "version" }>): Row[] {
  const { path, version, versions } = spot;
  const others = version.type === "file" ? versions.filter((each) => each !== version && each.type === "file") : [];
  const folder = above({ at: "file", snapshot: version.last, path }) ?? topOf(version.last);
  return [
    wayUp(spot),
    {
      name: "restore this version…",
      description: whereIs(version),
      move: { do: "restore", snapshot: version.last, path },
    },
    ...others.map(
      (other): Row => ({
        name: `compare with ${nameOf(other)}`,
        description: whereIs(other),
        move: { do: "compare", path, ...inOrder(version, other) },
      }),
    ),
    { name: `go to its folder in ${version.last}`, move: { do: "go", to: folder } },
  ];
}

/** What a folder tells of an entry. Pure. */
export function describeEntry({ type, size, mtime, mode, uid, gid, leadsTo }: FolderEntry): string {
  const what = type === "file" ? formatBytes(size) : type === "link" ? `link to ${printable(leadsTo ?? EMPTY)}` : type;
  return `${what}, changed ${localTime(new Date(mtime))}, mode ${mode.toString(8).padStart(4, "0")}, owner ${uid}:${gid}`;
}

const EMPTY = "" as BytePath;

/** The rows whose name holds what was typed, in either case; at most so many. Pure. */
export function matching(rows: readonly Row[], typed: string, most: number): { shown: Row[]; more: number } {
  const wanted = typed.toLowerCase();
  const found = wanted === "" ? rows : rows.filter(({ name }) => name.toLowerCase().includes(wanted));
  return { shown: found.slice(0, most), more: Math.max(0, found.length - most) };
}

function wayUp(spot: Spot): Row {
  return { name: "..", description: "back", move: { do: "go", to: above(spot) ?? { at: "snapshots" } } };
}

function nameOf({ type, size, mtime }: FileVersion): string {
  return `${localTime(new Date(mtime))}, ${type === "file" ? formatBytes(size) : type}`;
}

function whereIs({ first, last, count }: FileVersion): string {
  return count === 1 ? `in ${first}` : `in ${plural(count, "snapshot")}, ${first} to ${last}`;
}

function inOrder(one: FileVersion, other: FileVersion): { older: string; newer: string } {
  return one.last < other.last ? { older: one.last, newer: other.last } : { older: other.last, newer: one.last };
}
