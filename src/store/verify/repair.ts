import { chmodSync, chownSync, closeSync, fsyncSync, linkSync, lstatSync, openSync, renameSync, rmSync } from "node:fs";
import { describeError } from "../../errors/describe.ts";
import { StoreError } from "../../errors/errors.ts";
import { Beneath, withBeneath } from "../../path/beneath.ts";
import { bytePathFromLatin1, parentOf } from "../../path/byte-path.ts";
import { firstComplaint, runCommand } from "../../process/command.ts";
import { recordOf } from "../adopted-record.ts";
import { writeJson } from "../files.ts";
import type { Store } from "../layout.ts";
import { findSnapshot } from "../list.ts";
import { formatTime, type ManifestEntry } from "../manifest/entry.ts";
import { hashFile } from "../manifest/hash.ts";
import { surveyPaths } from "../manifest/survey.ts";
import { type CommitRecord, damagePath, writeRecord } from "../records.ts";
import { compareEntries } from "./damage.ts";
import { readDamage } from "./mark.ts";
import { cloneSubvolumes, exchangeSubvolumes, inClones } from "./repair-clone.ts";
import type { Healing, Place, RepairPlan } from "./repair-plan.ts";
import { setTime } from "./set-time.ts";
import { Workshops } from "./workshop.ts";

export interface RepairResult {
  healed: Healing[];
  failed: { healing: Healing; error: string }[];
}

/**
 * Does what a plan says: each damaged inode is replaced, under all its names that the plan gives, by a new one that was
 * made from a good copy, checked and written to the disk first. No inode is written in place. A snapshot that is a
 * subvolume is healed as a copy, which then takes its place. The caller holds the lock.
 */
export async function applyRepair(store: Store, plan: RepairPlan, signal?: AbortSignal): Promise<RepairResult> {
  const clones = await cloneSubvolumes(store, plan);
  const workshops = new Workshops(store);
  const result: RepairResult = { healed: [], failed: [] };
  try {
    for (const healing of plan.healings) {
      signal?.throwIfAborted();
      try {
        await heal(workshops, inClones(healing, clones), signal);
        result.healed.push(healing);
      } catch (error) {
        signal?.throwIfAborted();
        result.failed.push({ healing, error: describeError(error) });
      }
    }
  } finally {
    await workshops.close();
  }
  await exchangeSubvolumes(store, clones, result.healed);
  noteHealed(store, result.healed);
  return result;
}

const COPY = bytePathFromLatin1("copy");

/** One good copy for all places that can have links of it. */
async function heal(workshops: Workshops, healing: Healing, signal: AbortSignal | undefined): Promise<void> {
  const { expected, donor, places, isLink } = healing;
  for (const [folder, near] of workshops.sortPlaces(places)) {
    const copy = `${folder}/${COPY}`;
    rmSync(copy, { force: true });
    if (isLink) {
      linkTo(donor, copy);
    } else {
      await copyFrom(donor, copy, signal);
      chownSync(copy, expected.uid, expected.gid);
      chmodSync(copy, expected.mode);
      await setTime(copy, expected.time);
    }
    await ensureGood(folder, expected, signal);
    const fd = openSync(copy, "r");
    fsyncSync(fd);
    closeSync(fd);
    for (const place of near) {
      await replace(place, { copy, link: `${folder}/link` });
    }
  }
}

function linkTo({ tree, path }: Place, copy: string): void {
  withBeneath(tree, (beneath) => linkSync(beneath.place(path), copy));
}

async function copyFrom({ tree, path }: Place, copy: string, signal: AbortSignal | undefined): Promise<void> {
  const beneath = new Beneath(tree);
  try {
    const from = beneath.place(path);
    const args = ["--archive", "--reflink=auto", "--no-target-directory", "--"];
    const result = await runCommand("xargs", ["--null", "cp", ...args], {
      input: [Buffer.concat([from, Buffer.from(`\0${copy}\0`)])],
      signal,
    });
    if (result.exitCode !== 0) {
      throw new StoreError(`the good copy cannot be copied: ${firstComplaint(result)}`);
    }
  } finally {
    beneath.close();
  }
}

async function ensureGood(staging: string, expected: ManifestEntry, signal: AbortSignal | undefined): Promise<void> {
  const [found] = surveyPaths(staging, [COPY]);
  const beneath = new Beneath(staging);
  try {
    const { sha256 } = await hashFile(beneath, COPY, signal);
    const wrong = found === undefined ? [] : compareEntries(expected, found).map(({ kind }) => kind);
    if (found === undefined || sha256 !== expected.sha256 || wrong.length > 0) {
      throw new StoreError(`the copy is not what it should be: ${wrong.join(", ") || "its contents"}`);
    }
  } finally {
    beneath.close();
  }
}

/** The folder keeps its time: that is part of the snapshot too. */
async function replace(place: Place, { copy, link }: { copy: string; link: string }): Promise<void> {
  const beneath = new Beneath(place.tree);
  try {
    const folder = beneath.place(parentOf(place.path)).toString();
    const time = formatTime(lstatSync(folder, { bigint: true }).mtimeNs);
    rmSync(link, { force: true });
    linkSync(copy, link);
    renameSync(link, beneath.place(place.path));
    await setTime(beneath.place(parentOf(place.path)).toString(), time);
  } finally {
    beneath.close();
  }
}

/** Takes what was healed off the lists; a snapshot of which nothing is left is again what it was before. */
function noteHealed(store: Store, healed: readonly Healing[]): void {
  const places = healed.flatMap((healing) => healing.places).filter(({ name }) => name !== "mirror");
  for (const name of new Set(places.map((place) => place.name))) {
    const { damage: mark, manifest, ...rest } = recordOf(findSnapshot(store, name));
    const paths = new Set(places.filter((place) => place.name === name).map(({ path }) => path));
    const left = readDamage(store, name).filter(({ path }) => !paths.has(path));
    const seal = manifest === undefined ? {} : { manifest: { ...manifest, ofMirror: false } };
    const record: CommitRecord = { ...rest, ...seal };
    if (mark !== undefined && left.length > 0) {
      record.damage = { ...mark, count: left.length };
      writeJson(damagePath(store, name), { name, damage: left });
    } else if (mark !== undefined) {
      record.state = mark.was;
    }
    writeRecord(store, record);
    if (left.length === 0) {
      rmSync(damagePath(store, name), { force: true });
    }
  }
}
