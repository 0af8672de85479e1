import { realpathSync, statfsSync, statSync } from "node:fs";
import type { Profile } from "../../config/profile.ts";
import { readMounts } from "../../disk/mountinfo.ts";
import { contains } from "../../path/containment.ts";
import { openProfileStore } from "../../run/profile-store.ts";
import type { Store } from "../../store/layout.ts";
import { listSnapshots, type Snapshot } from "../../store/list.ts";
import type { LinkFacts } from "../links.ts";
import type { MountFacts } from "../mount.ts";
import type { SpaceFacts } from "../space.ts";

/** What a store says of itself and of its disk. */
export interface StoreFacts {
  space: SpaceFacts;
  /** Undefined where the kernel does not tell. */
  mount: MountFacts | undefined;
  links: LinkFacts;
  complete: number;
  /** The start of the newest snapshot, in ms since 1970, as all times here. */
  newest: number | undefined;
  lastVerified: number | undefined;
}

/** @throws BakupError when the store is not here. */
export function gatherStore(profile: Profile): StoreFacts {
  const store = openProfileStore(profile);
  try {
    const { snapshots } = listSnapshots(store);
    return {
      space: spaceOf(store),
      mount: mountOf(store, profile.source.path),
      links: { store: store.path, copied: snapshots.at(-1)?.record?.linkLimit ?? 0 },
      complete: snapshots.filter(({ state }) => state === "complete").length,
      newest: snapshots.at(-1)?.instant,
      lastVerified: lastVerified(snapshots),
    };
  } finally {
    store.close();
  }
}

function spaceOf({ root, path }: Store): SpaceFacts {
  const { bsize, blocks, bavail, files, ffree } = statfsSync(`${root}/.`);
  return { store: path, bytes: blocks * bsize, freeBytes: bavail * bsize, inodes: files, freeInodes: ffree };
}

/** The mount nearest above the store; the last of several on one folder hides the others. */
function mountOf({ root, path }: Store, source: string): MountFacts | undefined {
  const place = realpathSync(path);
  const above = readMounts().filter(({ point }) => contains(point, place));
  const longest = Math.max(0, ...above.map(({ point }) => point.length));
  const mount = above.findLast(({ point }) => point.length === longest);
  const holdsSource = statSync(source, { throwIfNoEntry: false })?.dev === statSync(`${root}/.`).dev;
  return mount === undefined ? undefined : { ...mount, holdsSource };
}

function lastVerified(snapshots: readonly Snapshot[]): number | undefined {
  const times = snapshots.flatMap(({ record }) => record?.verified?.parts ?? []).filter((time) => time !== null);
  return times.length === 0 ? undefined : Math.max(...times.map((time) => Date.parse(time)));
}
