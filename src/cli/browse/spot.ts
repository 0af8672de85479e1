import { type BytePath, parentOf, printable, TOP } from "../../path/byte-path.ts";
import type { FileVersion } from "../../store/find.ts";

/** Where somebody stands who looks into a store. */
export type Spot =
  | { at: "snapshots" }
  | { at: "folder"; snapshot: string; path: BytePath }
  /** A file, or whatever is no folder: its versions over time. `snapshot` is where it was come upon. */
  | { at: "file"; snapshot: string; path: BytePath }
  | { at: "version"; snapshot: string; path: BytePath; version: FileVersion; versions: readonly FileVersion[] };

/** What can be done from a spot. */
export type Move =
  | { do: "go"; to: Spot }
  | { do: "restore"; snapshot: string; path: BytePath }
  | { do: "compare"; path: BytePath; older: string; newer: string }
  | { do: "leave" };

/** The top of a snapshot. */
export function topOf(snapshot: string): Spot {
  return { at: "folder", snapshot, path: TOP };
}

/** The spot above; none above the snapshots. Pure. */
export function above(spot: Spot): Spot | undefined {
  switch (spot.at) {
    case "snapshots":
      return undefined;
    case "folder":
      return spot.path === "" ? { at: "snapshots" } : { ...spot, path: parentOf(spot.path) };
    case "file":
      return { at: "folder", snapshot: spot.snapshot, path: parentOf(spot.path) };
    case "version":
      return { at: "file", snapshot: spot.snapshot, path: spot.path };
  }
}

/** The spot in words, at most so wide; what is cut is the beginning. Pure. */
export function describeSpot(store: string, spot: Spot, width: number): string {
  const text = wordsOf(store, spot);
  return text.length <= width ? text : `…${text.slice(text.length - width + 1)}`;
}

function wordsOf(store: string, spot: Spot): string {
  switch (spot.at) {
    case "snapshots":
      return `${store}: which snapshot?`;
    case "folder":
      return `${spot.snapshot}: /${printable(spot.path)}`;
    case "file":
      return `versions of /${printable(spot.path)}`;
    case "version":
      return `/${printable(spot.path)} in ${spot.version.last}`;
  }
}
