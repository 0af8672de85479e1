import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSnapshotName } from "../../src/store/names.ts";
import { PYTHON } from "../python.ts";
import type { Place } from "../run/make-job.ts";

const CHECKER = fileURLToPath(new URL("../crash/check_store.py", import.meta.url));

/** What must be true of a store, in as few words as possible. */
export interface Model {
  /** What each listed snapshot must hold, by name: a description of the whole tree. */
  snapshots: Map<string, string>;
  pinned: Set<string>;
  /** Snapshots in which a file has rotted, and those of them that are known to be damaged. */
  spoiled: Set<string>;
  damaged: Set<string>;
  /** How many were taken over from another program. */
  adopted: number;
  /** Files and folders that are not ours, and what they hold. */
  foreign: Map<string, string>;
  /** What the clock of the next run is ahead of the world's, in hours. */
  clockHours: number;
  runs: number;
}

/** One thing that can happen: when, and what must be true of the world afterwards. */
export interface Action {
  /** Always, unless it says otherwise. */
  can?(model: Readonly<Model>): boolean;
  perform(model: Model, world: World): Promise<void>;
}

/** The real thing: a source, a store and, on another shelf, the store of another disk. */
export interface World extends Place {
  shelf: string;
}

export function newModel(): Model {
  const sets = { pinned: new Set<string>(), spoiled: new Set<string>(), damaged: new Set<string>() };
  return { snapshots: new Map(), ...sets, adopted: 0, foreign: new Map(), clockHours: 0, runs: 0 };
}

/** A text that is the same only for trees that are the same in names, contents, attributes and links. */
export function describeTree(folder: string): string {
  return execFileSync(PYTHON, [CHECKER, "describe", folder], { encoding: "utf8", maxBuffer: 1 << 26 });
}

/** The snapshots that lie in a store, oldest first. */
export function snapshotsIn(world: World): string[] {
  const names = existsSync(world.store) ? readdirSync(world.store) : [];
  return names
    .filter((name) => parseSnapshotName(name) !== undefined && lstatSync(join(world.store, name)).isDirectory())
    .sort();
}

/** The instant of a model's next run. Each is at least an hour after the one before, unless the clock jumps. */
export function nextInstant(model: Model): Date {
  model.runs += 1;
  return new Date(Date.UTC(2026, 0, 1, model.runs + model.clockHours, 0, model.runs % 60));
}

/** Changes the source in one of many ways; the same number does the same to the same tree. */
export function changeSource({ source }: World, kind: number): void {
  const [file, other, folder] = [`file-${kind % 5}`, `file-${(kind + 1) % 5}`, `folder-${kind % 3}`];
  const changes = [
    `echo contents ${kind} > ${file}.new; mv ${file}.new ${file}`,
    `mkdir -p ${folder}; echo inside ${kind} > ${folder}/inside-${kind % 4}`,
    `rm -f ${file}`,
    `[ ! -e ${file} ] || chmod 6${kind % 8}4 ${file}`,
    `[ ! -e ${file} ] || ln -f ${file} ${other}`,
    `[ ! -e ${folder} ] || mv ${folder} moved-${kind}`,
    `ln -sfn ${kind} link; [ ! -e ${file} ] || setfattr -n user.kind -v ${kind} ${file}`,
    `[ ! -e ${file} ] || echo ${kind} >> ${file}`,
  ];
  execFileSync("bash", ["-ec", changes[kind % changes.length] ?? ""], { cwd: source });
}

/** Puts the store of another disk in the place of this one, or back. */
export function swapDisks({ store, shelf }: World): void {
  const between = `${store}.between`;
  renameSync(store, between);
  renameSync(shelf, store);
  renameSync(between, shelf);
}
