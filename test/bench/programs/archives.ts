import { join } from "node:path";
import { succeed } from "../measure.ts";
import type { Places, Program } from "./program.ts";

/** restic into a repository of its own; forgets old snapshots, and leaves the pruning for another time. */
export const restic: Program = {
  name: "restic",
  title: "restic backup + forget",
  needs: ["restic"],
  prepare: async ({ source, store, keep }, signal) => {
    const env = {
      RESTIC_PASSWORD: "bench",
      RESTIC_REPOSITORY: join(store, "repository"),
      RESTIC_CACHE_DIR: join(store, "cache"),
    };
    await succeed({ file: "restic", args: ["init"], env }, signal);
    return {
      nextRun: () => shell(`restic -q backup . && restic -q forget --keep-last ${keep} --group-by ''`, source, env),
      restore: (to, file) => ({
        file: "restic",
        args: ["-q", "restore", "latest", "--target", to, ...(file === undefined ? [] : ["--include", `/${file}`])],
        env,
      }),
    };
  },
};

/** borg without encryption, pruned as it is meant to be. */
export const borg: Program = {
  name: "borg",
  title: "borg create + prune",
  needs: ["borg"],
  prepare: async ({ source, store, keep }, signal) => {
    const env = {
      BORG_REPO: join(store, "repository"),
      BORG_BASE_DIR: store,
      BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: "yes",
    };
    await succeed({ file: "borg", args: ["init", "--encryption=none"], env }, signal);
    let last = 0;
    return {
      nextRun: (number) => {
        last = number;
        return shell(`borg create ::night-${number} . && borg prune --keep-last ${keep}`, source, env);
      },
      restore: (to, file) => ({
        file: "borg",
        args: ["extract", "--numeric-ids", `::night-${last}`, ...(file === undefined ? [] : [file])],
        cwd: to,
        env,
      }),
    };
  },
};

/** rdiff-backup: a mirror, and what leads back from it. Restores into a folder below. */
export const rdiffBackup: Program = {
  name: "rdiff-backup",
  title: "rdiff-backup (loses times of links)",
  needs: ["rdiff-backup"],
  leniency: ["--omit-link-times"],
  prepare: ({ source, store, keep }: Places) => {
    const mirror = join(store, "mirror");
    return {
      nextRun: () =>
        shell(
          `rdiff-backup "$source" "$mirror"
          # It warns, by exit code 2, when nothing is old enough.
          rdiff-backup --force --remove-older-than ${keep}B "$mirror" || [ $? -eq 2 ]`,
          store,
          {
            source,
            mirror,
          },
        ),
      restore: (to, file) => ({
        file: "rdiff-backup",
        args: [
          "--force",
          "-r",
          "now",
          file === undefined ? mirror : join(mirror, file),
          file === undefined ? to : join(to, "file"),
        ],
      }),
    };
  },
};

function shell(script: string, cwd: string, env: Readonly<Record<string, string>>) {
  return { file: "sh", args: ["-euc", script], cwd, env };
}
