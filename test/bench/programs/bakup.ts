import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type Backups, KEEP, type Places, type Program } from "./program.ts";

const SNAPSHOT = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/;
const DAY_MS = 86_400_000;

/** The built executable, with a profile that keeps as many daily snapshots as the others keep. */
export function bakup(executable: string): Program {
  return {
    name: "bakup",
    title: "bakup",
    needs: "rsync",
    prepare: (places) => prepare(resolve(executable), places),
  };
}

function prepare(executable: string, { source, store }: Places): Backups {
  const disk = join(store, "disk");
  mkdirSync(disk);
  const configuration = join(store, "bakup.conf");
  writeFileSync(configuration, profile(source, disk));
  const command = (...args: string[]) => ({
    file: process.execPath,
    args: [executable, ...args],
    env: { STATE_DIRECTORY: join(store, "state"), XDG_RUNTIME_DIR: store },
  });
  const mirror = join(disk, "latest");
  return {
    nextRun: () => {
      letADayPass(disk);
      return command("run", "--config", configuration);
    },
    newest: () => join(disk, snapshotsIn(disk).at(-1) ?? "none"),
    restore: (to, file) => command("restore", "--store", disk, ...(file === undefined ? [] : [file]), "--to", to),
    parts: () => {
      letADayPass(disk);
      return {
        transfer: command("backup", "--backup", source, mirror),
        snapshot: command("backup", "--snapshot", mirror),
        rotation: command("rotate", "--config", configuration),
      };
    },
    snapshots: () => snapshotsIn(disk),
  };
}

function profile(source: string, disk: string): string {
  return `[source]
path = ${source}
[destination]
location = ${disk}/latest
[rotation]
daily = ${KEEP}
relaxed = yes
[notifications]
desktop = no
`;
}

function snapshotsIn(disk: string): string[] {
  return readdirSync(disk)
    .filter((name) => SNAPSHOT.test(name))
    .sort();
}

/** Rotation thinks in days, the bench runs in minutes: every snapshot becomes a day older, name and record. */
function letADayPass(disk: string): void {
  for (const name of snapshotsIn(disk)) {
    const record = join(disk, ".bakup", `${name}.json`);
    const fields = JSON.parse(readFileSync(record, "utf8")) as { started: string; finished: string };
    const started = dayBefore(fields.started);
    const older = `${started.slice(0, 19).replaceAll(":", "-")}Z`;
    const aged = { ...fields, name: older, started, finished: dayBefore(fields.finished) };
    rmSync(record);
    writeFileSync(join(disk, ".bakup", `${older}.json`), JSON.stringify(aged));
    renameSync(join(disk, name), join(disk, older));
    for (const file of readdirSync(join(disk, ".bakup"), { recursive: true, encoding: "utf8" })) {
      if (basename(file).startsWith(`${name}.`)) {
        renameSync(
          join(disk, ".bakup", file),
          join(disk, ".bakup", dirname(file), basename(file).replace(name, older)),
        );
      }
    }
  }
}

function dayBefore(time: string): string {
  return new Date(Date.parse(time) - DAY_MS).toISOString();
}
