import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const SNAPSHOT = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/;
const DAY_MS = 86_400_000;
/** Where a store notes which snapshot its mirror is the same as. */
const TWIN = "mirror-snapshot";

/** Names of the snapshots of a store of bakup, oldest first. */
export function snapshotsIn(store: string): string[] {
  return readdirSync(store)
    .filter((name) => SNAPSHOT.test(name))
    .sort();
}

/**
 * Rotation thinks in days, the bench runs in minutes: every snapshot of a store becomes a day older, in its name, its
 * record, and wherever else the store tells it by its name.
 */
export function letADayPass(store: string): void {
  const metadata = join(store, ".bakup");
  for (const name of snapshotsIn(store)) {
    const record = join(metadata, `${name}.json`);
    const fields = JSON.parse(readFileSync(record, "utf8")) as { started: string; finished: string };
    const started = dayBefore(fields.started);
    const older = `${started.slice(0, 19).replaceAll(":", "-")}Z`;
    const aged = { ...fields, name: older, started, finished: dayBefore(fields.finished) };
    rmSync(record);
    writeFileSync(join(metadata, `${older}.json`), JSON.stringify(aged));
    renameSync(join(store, name), join(store, older));
    for (const file of readdirSync(metadata, { recursive: true, encoding: "utf8" })) {
      if (basename(file).startsWith(`${name}.`)) {
        renameSync(join(metadata, file), join(metadata, dirname(file), basename(file).replace(name, older)));
      }
    }
    const twin = join(metadata, TWIN);
    if (existsSync(twin) && readFileSync(twin, "utf8") === name) {
      writeFileSync(twin, older);
    }
  }
}

function dayBefore(time: string): string {
  return new Date(Date.parse(time) - DAY_MS).toISOString();
}
