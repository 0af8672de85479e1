import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { succeed } from "../measure.ts";
import { letADayPass, snapshotsIn } from "./day.ts";
import type { Backups, Places, Program } from "./program.ts";

/** The built executable, with a profile that keeps as many daily snapshots as the others keep. */
export function bakup(executable: string): Program {
  return {
    name: "bakup",
    title: "bakup",
    needs: ["rsync"],
    prepare: (places) => prepare(resolve(executable), places),
  };
}

function prepare(executable: string, { source, store, keep }: Places): Backups {
  const disk = join(store, "disk");
  mkdirSync(disk);
  const mirror = join(disk, "latest");
  const configure = (name: string, count: number) => {
    const file = join(store, name);
    writeFileSync(file, profile({ source, mirror, keep: count }));
    return file;
  };
  const configuration = configure("bakup.conf", keep);
  const command = (...args: string[]) => ({
    file: executable,
    args,
    env: { STATE_DIRECTORY: join(store, "state"), XDG_RUNTIME_DIR: store },
  });
  const nextRun = () => {
    letADayPass(disk);
    return command("run", "--config", configuration);
  };
  return {
    nextRun,
    newest: () => join(disk, snapshotsIn(disk).at(-1) ?? "none"),
    restore: (to, file) => command("restore", "--store", disk, ...(file === undefined ? [] : [file]), "--to", to),
    snapshots: () => snapshotsIn(disk),
    parts: {
      commands: () => {
        letADayPass(disk);
        return {
          transfer: command("backup", "--backup", source, mirror),
          snapshot: command("backup", "--snapshot", mirror),
          rotation: command("rotate", "--config", configuration),
        };
      },
      fill: nextRun,
      deletion: () => {
        refuseToSpare(disk);
        return command("rotate", "--config", configure("fewer.conf", snapshotsIn(disk).length - 1));
      },
      lastSeconds: async (signal) =>
        secondsOfLastRun(await succeed(command("history", "--json", "--config", configuration), signal)),
    },
  };
}

function profile({ source, mirror, keep }: { source: string; mirror: string; keep: number }): string {
  return `[source]
path = ${source}
[destination]
location = ${mirror}
[rotation]
daily = ${keep}
relaxed = yes
[notifications]
desktop = no
`;
}

/** A tree of links that becomes the spare is not deleted. @throws Error when there is no spare yet. */
function refuseToSpare(disk: string): void {
  const record = readFileSync(join(disk, ".bakup", `${snapshotsIn(disk).at(-1)}.json`), "utf8");
  const { backend } = JSON.parse(record) as { backend: string };
  if (backend === "hardlink" && readdirSync(join(disk, ".bakup", "spare")).length === 0) {
    throw new Error(`${disk} has no spare: rotation would not delete a snapshot, but keep it as one`);
  }
}

function secondsOfLastRun(json: string): number {
  const history = JSON.parse(json) as { profiles: { runs: { steps: { step: string; seconds: number }[] }[] }[] };
  const steps = history.profiles[0]?.runs.at(-1)?.steps ?? [];
  const seconds = ["snapshot", "rotate"].map((wanted) => steps.find(({ step }) => step === wanted)?.seconds);
  return seconds.reduce<number>((sum, each) => sum + (each ?? Number.NaN), 0);
}
