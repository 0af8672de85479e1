import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Backups, copyBack, KEEP, type Places, type Program } from "./program.ts";

const MIRROR = 'rsync -aHAX --delete --numeric-ids "$source/" latest/';

/** What rsync-system-backup runs: a mirror in place, a tree of hard links as its snapshot, the oldest one removed. */
export const copyLinks: Program = {
  name: "cp-al",
  title: "rsync + cp -al + rm -rf",
  needs: "rsync",
  prepare: (places) =>
    numbered(places, {
      transfer: `mkdir -p latest; ${MIRROR}`,
      snapshot: 'cp -al latest "$newest"',
      rotation: 'rm -rf "$oldest"',
    }),
};

/** A fresh folder each time; what has not changed becomes a link into the one before. */
export const linkDest: Program = {
  name: "link-dest",
  title: "rsync --link-dest + rm -rf",
  needs: "rsync",
  prepare: (places) =>
    numbered(places, {
      transfer: `link=
          if [ -d "$before" ]; then link="--link-dest=../$before"; fi
          rsync -aHAX --delete --numeric-ids $link "$source/" "$newest/"`,
      rotation: 'rm -rf "$oldest"',
    }),
};

/** What btrfs has of its own: a mirror that is a subvolume, and snapshots of it. */
export const subvolumes: Program = {
  name: "subvolumes",
  title: "rsync + btrfs snapshots",
  needs: "btrfs",
  fileSystem: "btrfs",
  prepare: (places) =>
    numbered(places, {
      transfer: `[ -d latest ] || btrfs -q subvolume create latest; ${MIRROR}`,
      snapshot: 'btrfs -q subvolume snapshot -r latest "$newest"',
      rotation: '[ ! -d "$oldest" ] || btrfs -q subvolume delete "$oldest"',
    }),
};

/** What xfs has of its own: copies that share their blocks. */
export const reflinks: Program = {
  name: "reflinks",
  title: "rsync + cp --reflink + rm -rf",
  needs: "rsync",
  fileSystem: "xfs",
  prepare: (places) =>
    numbered(places, {
      transfer: `mkdir -p latest; ${MIRROR}`,
      snapshot: 'cp -a --reflink=always latest "$newest"',
      rotation: 'rm -rf "$oldest"',
    }),
};

interface Scripts {
  transfer: string;
  snapshot?: string;
  rotation: string;
}

/** Snapshots are named by their number: night-1, night-2… */
function numbered({ source, store }: Places, { transfer, snapshot, rotation }: Scripts): Backups {
  let last = 0;
  const command = (number: number, script: string) => ({
    file: "sh",
    args: ["-euc", script],
    cwd: store,
    env: { source, newest: nameOf(number), before: nameOf(number - 1), oldest: nameOf(number - KEEP) },
  });
  const newest = () => join(store, nameOf(last));
  return {
    nextRun: (number) => {
      last = number;
      return command(number, [transfer, snapshot ?? ":", rotation].join("\n"));
    },
    newest,
    restore: copyBack(newest),
    snapshots: () => readdirSync(store).filter((name) => name !== "latest"),
    ...(snapshot === undefined
      ? {}
      : {
          parts: (number: number) => ({
            transfer: command(number, transfer),
            snapshot: command(number, snapshot),
            rotation: command(number, rotation),
          }),
        }),
  };
}

function nameOf(number: number): string {
  return `night-${number}`;
}
