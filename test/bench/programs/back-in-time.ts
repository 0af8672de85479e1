import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { copyBack, type Program } from "./program.ts";

const PLACE = "backintime/bench/root/1";

/** Back In Time without its rotation, which counts days: so it has less to do than the others. */
export const backInTime: Program = {
  name: "back-in-time",
  title: "Back In Time (no rotation)",
  needs: ["backintime"],
  prepare: ({ source, store }) => {
    const file = join(store, "config");
    mkdirSync(join(store, PLACE), { recursive: true });
    mkdirSync(join(store, "home"));
    writeFileSync(file, configuration(source, store));
    const newest = () => {
      const names = readdirSync(join(store, PLACE)).filter((name) => /^\d{8}-/.test(name));
      return join(store, PLACE, names.sort().at(-1) ?? "none", "backup", source);
    };
    return {
      nextRun: () => ({
        file: "backintime",
        args: ["--config", file, "backup"],
        // It takes the first python3, and needs Debian's.
        env: { HOME: join(store, "home"), PATH: `/usr/bin:/bin:${process.env.PATH ?? ""}` },
      }),
      newest,
      restore: copyBack(newest),
    };
  },
};

function configuration(source: string, store: string): string {
  const profile = {
    name: "bench",
    "snapshots.include.1.type": 0,
    "snapshots.include.1.value": source,
    "snapshots.include.size": 1,
    "snapshots.exclude.size": 0,
    "snapshots.mode": "local",
    "snapshots.path": store,
    "snapshots.path.host": "bench",
    "snapshots.path.user": "root",
    "snapshots.path.profile": 1,
    "snapshots.preserve_acl": true,
    "snapshots.preserve_xattr": true,
    "snapshots.take_snapshot_regardless_of_changes": true,
    "snapshots.no_on_battery": false,
    "snapshots.notify.enabled": false,
    "snapshots.min_free_space.enabled": false,
    "snapshots.min_free_inodes.enabled": false,
    "snapshots.remove_old_snapshots.enabled": false,
    "schedule.mode": 0,
  };
  const lines = Object.entries(profile).map(([key, value]) => `profile1.${key}=${value}\n`);
  return `config.version=6\nprofiles.version=1\n${lines.join("")}`;
}
