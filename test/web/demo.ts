import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfiguration } from "../../src/config/load.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { executeJob } from "../../src/run/execute.ts";
import { appendToHistory } from "../../src/run/history/file.ts";
import { jobOfProfile } from "../../src/run/job.ts";
import { rememberRun } from "../../src/run/profile-state.ts";
import { snapshotName } from "../../src/store/names.ts";
import type { Place } from "../cli/place.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const GIB = 2 ** 30;
/** What a person of some years has. */
const SIZES: Readonly<Record<string, { entries: number; bytes: number }>> = {
  laptop: { entries: 318_204, bytes: 212 * GIB },
  photos: { entries: 88_412, bytes: 940 * GIB },
};
const SILENT: Journal = { event: () => undefined, child: () => SILENT };

/** Ages of the snapshots of a laptop that is backed up every few hours, in ms. */
const LAPTOP_AGES = [
  ...[350, 320, 290, 260, 229, 199, 168, 138, 107, 77, 46].map((days) => days * DAY),
  ...[27, 20, 13, 6.1, 5.1, 4.1, 3.1, 2.1, 1.2].map((days) => days * DAY),
  ...[21, 19, 17, 14, 9, 7, 5].map((hours) => hours * HOUR),
];
const PHOTO_AGES = [180, 150, 120, 90, 60, 30, 14].map((days) => days * DAY);

/**
 * Turns a place into one with two profiles: "laptop", which fares well, and "photos", whose disk has not been here for
 * two weeks. The newest two snapshots of the laptop are real, older ones are names and records.
 */
export async function makeDemo(place: Place): Promise<void> {
  const now = Date.now();
  rmSync(join(place.folder, "bakup.conf"));
  const shared =
    "[notifications]\ndesktop = no\n[schedule]\ntimer_arg[] = 4h\ntimer_arg[] = always\n" +
    "[rotation]\nhourly = 12\ndaily = 7\nweekly = 4\nmonthly = always\n";
  writeFileSync(join(place.folder, "bakup.conf"), shared, { mode: 0o600 });
  mkdirSync(join(place.folder, "profiles.d"));
  for (const [index, { name, source }] of PROFILES.entries()) {
    mkdirSync(join(place.folder, source), { recursive: true });
    const paths = `[source]\npath = ${join(place.folder, source)}\n[destination]\nlocation = ${place.folder}/mnt/backup/${name}/latest\n`;
    const text = `[profile]\nid = ${index + 1}\n${paths}`;
    writeFileSync(join(place.folder, `profiles.d/${name}.conf`), text, { mode: 0o600 });
  }
  mkdirSync(join(place.folder, "mnt/backup"), { recursive: true });
  const home = join(place.folder, "home/anna");
  for (const folder of ["Documents/thesis", "Pictures/2026", "Music", "projects/bridge"]) {
    mkdirSync(join(home, folder), { recursive: true });
    writeFileSync(join(home, folder, "notes.txt"), `Notes on ${folder}\n`);
  }
  const chapter = join(home, "Documents/thesis/chapter-2.md");
  writeFileSync(chapter, CHAPTER.join("\n"));
  await backUp(place, "laptop", new Date(now - 3 * HOUR));
  writeFileSync(
    chapter,
    [...CHAPTER.slice(0, 2), "The span is 42 m.", ...CHAPTER.slice(3), "It was built in 1887.", ""].join("\n"),
  );
  await backUp(place, "laptop", new Date(now - HOUR));
  writeFileSync(join(place.folder, "srv/photos/one"), "x");
  await backUp(place, "photos", new Date(now - 14 * DAY));
  addSnapshots(place, "laptop", { ages: LAPTOP_AGES, now });
  addSnapshots(place, "photos", { ages: PHOTO_AGES, now });
  addRuns("laptop", { every: 8 * HOUR, count: 60, until: now - HOUR });
  addRuns("photos", { every: 7 * DAY, count: 24, until: now - 14 * DAY });
}

/** What is backed up, where to. */
const PROFILES: readonly { name: string; source: string }[] = [
  { name: "laptop", source: "home/anna" },
  { name: "photos", source: "srv/photos" },
];

const CHAPTER = ["# Chapter 2: The bridge", "", "The span is 40 m.", "", "It carries one track."];

async function backUp(place: Place, name: string, now: Date): Promise<void> {
  const loaded = loadConfiguration({ file: join(place.folder, "bakup.conf"), profiles: [name] });
  assert.ok(loaded.ok);
  const [profile] = loaded.profiles;
  assert.ok(profile);
  const actions = { backup: true, snapshot: true, rotate: false };
  const job = { ...jobOfProfile(profile, { dryRun: false, timed: false }), actions };
  const report = await executeJob(job, { journal: SILENT, now });
  assert.equal(report.exitCode, 0);
  rememberRun(name, report);
  const file = join(place.folder, "mnt/backup", name, ".bakup", `${report.snapshot}.json`);
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...SIZES[name] }));
}

/** The older a snapshot is, the less it holds. */
function addSnapshots({ folder }: Place, name: string, { ages, now }: { ages: readonly number[]; now: number }): void {
  const { entries, bytes } = SIZES[name] ?? { entries: 0, bytes: 0 };
  const store = join(folder, "mnt/backup", name);
  for (const age of ages) {
    const started = new Date(now - age);
    const snapshot = snapshotName(started);
    const share = 1 - age / (1000 * DAY);
    mkdirSync(join(store, snapshot), { recursive: true });
    const size = { entries: Math.round(entries * share), bytes: Math.round(bytes * share) };
    const record = { name: snapshot, state: "complete", started, finished: started, origin: "run", ...size };
    writeFileSync(join(store, ".bakup", `${snapshot}.json`), JSON.stringify(record));
  }
}

/** Runs whose figures vary as those of real life do: every seventh has more to copy. */
function addRuns(profile: string, { every, count, until }: { every: number; count: number; until: number }): void {
  const { entries, bytes } = SIZES[profile] ?? { entries: 0, bytes: 0 };
  for (let index = 0; index < count; index += 1) {
    const started = until - (count - 1 - index) * every;
    const copied = GIB * (0.3 + ((index * 37) % 11) / 10 + (index % 7 === 3 ? 4 : 0));
    const seconds = 40 + copied / 80e6;
    const changes = { created: 120 + ((index * 53) % 400), changed: 30 + ((index * 17) % 90), attributes: 4 };
    const snapshot = { name: snapshotName(new Date(started)), state: "complete" };
    appendToHistory(profile, {
      event: "end",
      run: randomUUID(),
      started: new Date(started).toISOString(),
      finished: new Date(started + seconds * 1000).toISOString(),
      exitCode: 0,
      source: "/home/anna",
      destination: `/mnt/backup/${profile}/latest`,
      steps: [{ step: "transfer", seconds: seconds - 20 }],
      entries,
      bytes: Math.round(bytes * (1 - (count - index) / 1000)),
      changes: { ...changes, deleted: 12, bytes: Math.round(copied) },
      snapshot,
      removed: [],
      warnings: 0,
      log: [],
    });
  }
}
