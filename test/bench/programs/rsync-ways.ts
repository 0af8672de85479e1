import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Backups, copyBack, type Places, type Program } from "./program.ts";

const MIRROR = 'rsync -aHAX --delete --numeric-ids "$source/" latest/';

/** What rsync-system-backup runs: a mirror in place, a tree of hard links as its snapshot, the oldest one removed. */
export const copyLinks: Program = {
  name: "cp-al",
  title: "rsync + cp -al + rm -rf",
  needs: ["rsync"],
  prepare: (places) =>
    numbered(places, {
      transfer: `mkdir -p latest; ${MIRROR}`,
      snapshot: 'cp -al latest "$newest"',
      removal: 'rm -rf "$oldest"',
    }),
};

/** A fresh folder each time; what has not changed becomes a link into the one before. */
export const linkDest: Program = {
  name: "link-dest",
  title: "rsync --link-dest + rm -rf",
  needs: ["rsync"],
  prepare: (places) =>
    numbered(places, {
      transfer: `link=
          if [ -d "$before" ]; then link="--link-dest=../$before"; fi
          rsync -aHAX --delete --numeric-ids $link "$source/" "$newest/"`,
      removal: 'rm -rf "$oldest"',
    }),
};

/** What btrfs has of its own: a mirror that is a subvolume, changed in place, and snapshots of it. */
export const subvolumes: Program = {
  name: "subvolumes",
  title: "rsync --inplace + btrfs snapshots",
  needs: ["rsync", "btrfs"],
  fileSystem: "btrfs",
  prepare: (places) =>
    numbered(places, {
      transfer: `[ -d latest ] || btrfs -q subvolume create latest; ${MIRROR} --inplace`,
      snapshot: 'btrfs -q subvolume snapshot -r latest "$newest"',
      removal: '[ ! -d "$oldest" ] || btrfs -q subvolume delete "$oldest"',
    }),
};

/** What xfs has of its own: copies that share their blocks. */
export const reflinks: Program = {
  name: "reflinks",
  title: "rsync + cp --reflink + rm -rf",
  needs: ["rsync"],
  fileSystem: "xfs",
  prepare: (places) =>
    numbered(places, {
      transfer: `mkdir -p latest; ${MIRROR}`,
      snapshot: 'cp -a --reflink=always latest "$newest"',
      removal: 'rm -rf "$oldest"',
    }),
};

/** No backup, but what a first run cannot be much quicker than. */
export const plainRsync: Program = {
  name: "rsync",
  title: "rsync alone, no snapshot",
  needs: ["rsync"],
  isOnlyCopy: true,
  prepare: (places) => onlyMirror(places, `mkdir -p latest; ${MIRROR}`),
};

/** The same, and it lasts through a power cut, as what bakup calls a snapshot does. */
export const syncedRsync: Program = {
  name: "rsync-sync",
  title: "rsync alone, then sync",
  needs: ["rsync"],
  isOnlyCopy: true,
  prepare: (places) => onlyMirror(places, `mkdir -p latest; ${MIRROR}; sync -f latest`),
};

function onlyMirror({ source, store }: Places, script: string): Backups {
  const newest = () => join(store, "latest");
  return {
    nextRun: () => ({ file: "sh", args: ["-euc", script], cwd: store, env: { source } }),
    newest,
    restore: copyBack(newest),
  };
}

interface Scripts {
  transfer: string;
  /** Undefined where the transfer makes it. */
  snapshot?: string;
  /** Of the folder $oldest, if there is one. */
  removal: string;
}

/** Snapshots are named by their number: night-1, night-2… */
function numbered({ source, store, keep }: Places, { transfer, snapshot, removal }: Scripts): Backups {
  let last = 0;
  const command = (number: number, script: string, oldest = number - keep) => {
    last = number;
    const env = { source, newest: nameOf(number), before: nameOf(number - 1), oldest: nameOf(oldest) };
    return { file: "sh", args: ["-euc", script], cwd: store, env };
  };
  const newest = () => join(store, nameOf(last));
  const numbers = () => readdirSync(store).flatMap((name) => /^night-(\d+)$/.exec(name)?.slice(1).map(Number) ?? []);
  return {
    nextRun: (number) => command(number, [transfer, snapshot ?? ":", removal].join("\n")),
    newest,
    restore: copyBack(newest),
    snapshots: () => numbers().map(nameOf),
    ...(snapshot === undefined
      ? {}
      : {
          parts: {
            commands: (number) => ({
              transfer: command(number, transfer),
              snapshot: command(number, snapshot),
              rotation: command(number, removal),
            }),
            fill: (number) => command(number, snapshot),
            deletion: () => command(last, removal, Math.min(...numbers())),
          },
        }),
  };
}

function nameOf(number: number): string {
  return `night-${number}`;
}
