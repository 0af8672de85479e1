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
  /** Gets an empty store ready. */
  prepare(places: Places): Backups;
}

/** The backups of one program in one store. */
export interface Backups {
  /** For backup number 1, 2, 3…: bring everything up to date, take a snapshot, remove what is beyond `KEEP`. */
  nextRun(number: number): Command;
  /** The folder that must be equal to the source after the last backup. */
  newest(): string;
  /** All snapshots that are there now. */
  snapshots(): string[];
}
