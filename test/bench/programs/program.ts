import type { Command } from "../measure.ts";

/** Where one program works, and how many snapshots it keeps. Both folders are there; `store` is empty at first. */
export interface Places {
  source: string;
  store: string;
  keep: number;
}

/** One program with its own way to make backups. */
export interface Program {
  name: string;
  /** What it does, for the table. */
  title: string;
  /** The programs to look for on the PATH; a program that is missing is named, not measured. */
  needs: readonly string[];
  /** The only file system that it can work on. */
  fileSystem?: string;
  /** Options of rsync that leave out of the comparison with the source what the program does not keep. */
  leniency?: readonly string[];
  /** It makes no snapshots, so nothing but its first run can be compared. */
  isOnlyCopy?: boolean;
  /** Gets an empty store ready. */
  prepare(places: Places, signal: AbortSignal): Backups | Promise<Backups>;
}

/** The backups of one program in one store. */
export interface Backups {
  /** For backup number 1, 2, 3…: bring everything up to date, take a snapshot, remove what is beyond those kept. */
  nextRun(number: number): Command;
  /** Gives the newest backup back, or one file of it, into a folder that is there and empty. */
  restore(to: string, file?: string): Command;
  /** The folder that must be equal to the source after the last backup; undefined where a backup is no folder. */
  newest?(): string;
  /** All snapshots that are there now; undefined where the program does not count them. */
  snapshots?(): string[];
  /** Undefined where a run cannot be had in parts. */
  parts?: Parts;
}

/** What a run consists of, one by one. */
export interface Parts {
  /** For backup number 1, 2, 3…. */
  commands(number: number): Record<"transfer" | "snapshot" | "rotation", Command>;
  /** The cheapest command that adds one more snapshot, while there are fewer than are kept and nothing has changed. */
  fill(number: number): Command;
  /** Deletes the oldest snapshot, though it might be kept. */
  deletion(): Command;
  /** What the last run took for its snapshot and its rotation, in seconds, where it says so itself. */
  lastSeconds?(signal: AbortSignal): Promise<number>;
}

/** The way back from a plain folder. */
export function copyBack(newest: () => string): Backups["restore"] {
  return (to, file) =>
    file === undefined
      ? { file: "rsync", args: ["-aHAX", "--numeric-ids", `${newest()}/`, `${to}/`] }
      : { file: "cp", args: ["-a", `${newest()}/${file}`, to] };
}
