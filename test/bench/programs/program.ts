import type { Command } from "../measure.ts";

/** So many snapshots every program keeps. */
export const KEEP = 3;

/** Where one program works. Both folders are there; `store` is empty at first. */
export interface Places {
  source: string;
  store: string;
}

/** One program with its own way to make backups. */
export interface Program {
  name: string;
  /** What it does, for the table. */
  title: string;
  /** The program to look for on the PATH; a program that is missing is named, not measured. */
  needs: string;
  /** The only file system that it can work on, as stat(1) names it. */
  fileSystem?: string;
  /** Gets an empty store ready. */
  prepare(places: Places, signal: AbortSignal): Backups | Promise<Backups>;
}

/** The backups of one program in one store. */
export interface Backups {
  /** For backup number 1, 2, 3…: bring everything up to date, take a snapshot, remove what is beyond `KEEP`. */
  nextRun(number: number): Command;
  /** Gives the newest backup back, or one file of it, into a folder that is there and empty. */
  restore(to: string, file?: string): Command;
  /** The folder that must be equal to the source after the last backup; undefined where a backup is no folder. */
  newest?(): string;
  /** The same in three parts, where they can be had one by one: for backup number 1, 2, 3…. */
  parts?(number: number): Record<"transfer" | "snapshot" | "rotation", Command>;
  /** All snapshots that are there now; undefined where the program does not count them. */
  snapshots?(): string[];
}

/** The way back from a plain folder. */
export function copyBack(newest: () => string): Backups["restore"] {
  return (to, file) =>
    file === undefined
      ? { file: "rsync", args: ["-aHAX", "--numeric-ids", `${newest()}/`, `${to}/`] }
      : { file: "cp", args: ["-a", `${newest()}/${file}`, to] };
}
