import { readdirSync } from "node:fs";
import { join } from "node:path";
import { KEEP, type Places, type Program } from "./program.ts";

/** What rsync-system-backup runs: a mirror in place, a tree of hard links as its snapshot, the oldest one removed. */
export const copyLinks: Program = {
  name: "cp-al",
  title: "rsync + cp -al + rm -rf",
  needs: "rsync",
  prepare: (places) =>
    numbered(
      places,
      `mkdir -p latest
       rsync -aHAX --delete --numeric-ids "$source/" latest/
       cp -al latest "$newest"
       rm -rf "$oldest"`,
    ),
};

/** A fresh folder each time; what has not changed becomes a link into the one before. */
export const linkDest: Program = {
  name: "link-dest",
  title: "rsync --link-dest + rm -rf",
  needs: "rsync",
  prepare: (places) =>
    numbered(
      places,
      `link=
       if [ -d "$before" ]; then link="--link-dest=../$before"; fi
       rsync -aHAX --delete --numeric-ids $link "$source/" "$newest/"
       rm -rf "$oldest"`,
    ),
};

/** Snapshots are named by their number: night-1, night-2… */
function numbered({ source, store }: Places, script: string) {
  let last = 0;
  return {
    nextRun: (number: number) => {
      last = number;
      return {
        file: "sh",
        args: ["-euc", script],
        cwd: store,
        env: { source, newest: nameOf(number), before: nameOf(number - 1), oldest: nameOf(number - KEEP) },
      };
    },
    newest: () => join(store, nameOf(last)),
    snapshots: () => readdirSync(store).filter((name) => name !== "latest"),
  };
}

function nameOf(number: number): string {
  return `night-${number}`;
}
