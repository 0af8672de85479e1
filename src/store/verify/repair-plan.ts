import { Beneath } from "../../path/beneath.ts";
import type { BytePath } from "../../path/byte-path.ts";
import { inStore, type Store } from "../layout.ts";
import { listSnapshots, type Snapshot } from "../list.ts";
import type { ManifestEntry } from "../manifest/entry.ts";
import { hashFile } from "../manifest/hash.ts";
import { readManifest } from "../manifest/read.ts";
import { surveyPaths } from "../manifest/survey.ts";
import type { Damage } from "./damage.ts";
import { readDamage } from "./mark.ts";

/** A path in a tree; the name is that of a snapshot, "mirror" or "source". */
export interface Place {
  name: string;
  tree: string;
  path: BytePath;
}

/** One damaged file, with all its links, and a good copy of it. */
export interface Healing {
  expected: ManifestEntry;
  /** All of them are one inode, or are missing. */
  places: Place[];
  donor: Place;
}

export interface RepairPlan {
  healings: Healing[];
  /** What no good copy was found of, or cannot be healed this way. */
  hopeless: { snapshot: string; damage: Damage }[];
}

const HEALABLE: ReadonlySet<string> = new Set([
  ...["content", "rewritten", "zeroed", "truncated", "grown", "swapped", "unreadable", "missing"],
  ...["mode", "owner", "time", "attributes", "links"],
]);

/**
 * Finds a good copy of each damaged file: any file in the store, or in the source if there is one, that has the hash and
 * the attributes on record. It is read to make sure. Changes nothing.
 * @throws StoreError, ManifestDamagedError
 */
export async function planRepair(
  store: Store,
  { source, signal }: { source: string | undefined; signal?: AbortSignal | undefined },
): Promise<RepairPlan> {
  const { snapshots } = listSnapshots(store);
  const plan: RepairPlan = { healings: [], hopeless: [] };
  const finder = new CopyFinder(store, { snapshots, source, signal });
  for (const snapshot of snapshots.filter(({ state }) => state === "damaged")) {
    const damage = readDamage(store, snapshot.name);
    const expected = await entriesOf(store, snapshot, { wanted: new Set(damage.map(({ path }) => path)), signal });
    for (const each of damage) {
      const entry = HEALABLE.has(each.kind) ? expected.get(each.path) : undefined;
      const place = { name: snapshot.name, tree: inStore(store, snapshot.name), path: each.path };
      if (isPlanned(plan, place)) {
        continue;
      }
      const healing = entry?.type === "file" ? await finder.heal(place, entry) : undefined;
      if (healing === undefined) {
        plan.hopeless.push({ snapshot: snapshot.name, damage: each });
      } else {
        plan.healings.push(healing);
      }
    }
  }
  return plan;
}

function isPlanned({ healings }: RepairPlan, { name, path }: Place): boolean {
  return healings.some(({ places }) => places.some((place) => place.name === name && place.path === path));
}

async function entriesOf(
  store: Store,
  { name, record }: Snapshot,
  { wanted, signal }: { wanted: ReadonlySet<BytePath>; signal: AbortSignal | undefined },
): Promise<Map<BytePath, ManifestEntry>> {
  const found = new Map<BytePath, ManifestEntry>();
  if (record?.manifest !== undefined) {
    for await (const entries of readManifest(store, name, record.manifest, signal)) {
      for (const entry of entries.filter(({ path }) => wanted.has(path))) {
        found.set(entry.path, entry);
      }
    }
  }
  return found;
}

interface Finding {
  snapshots: readonly Snapshot[];
  source: string | undefined;
  signal: AbortSignal | undefined;
}

class CopyFinder {
  private readonly store: Store;
  private readonly finding: Finding;

  constructor(store: Store, finding: Finding) {
    this.store = store;
    this.finding = finding;
  }

  /** Undefined when there is no good copy. */
  async heal(damaged: Place, expected: ManifestEntry): Promise<Healing | undefined> {
    const inode = inodeAt(damaged);
    const alike = await this.placesOf(expected, damaged);
    const places = alike.filter((place) => inode !== undefined && inodeAt(place) === inode);
    for (const donor of [damaged, ...alike]) {
      if (await isGood(donor, expected, this.finding.signal)) {
        return { expected, places: places.some((place) => isSame(place, damaged)) ? places : [damaged], donor };
      }
    }
    return undefined;
  }

  /** Wherever the same contents should be, the nearest first: by the manifests, and under the same path elsewhere. */
  private async placesOf({ sha256 }: ManifestEntry, { path }: Place): Promise<Place[]> {
    const { snapshots, source, signal } = this.finding;
    const places: Place[] = [];
    for (const { name, record } of [...snapshots].reverse()) {
      if (record?.manifest !== undefined) {
        for await (const entries of readManifest(this.store, name, record.manifest, signal)) {
          const same = entries.filter((entry) => entry.sha256 === sha256);
          places.push(...same.map((entry) => ({ name, tree: inStore(this.store, name), path: entry.path })));
        }
      }
    }
    places.push({ name: "mirror", tree: inStore(this.store, this.store.mirror), path });
    return source === undefined ? places : [...places, { name: "source", tree: source, path }];
  }
}

function isSame(a: Place, b: Place): boolean {
  return a.name === b.name && a.path === b.path;
}

/** Undefined when there is nothing, or a link on the way. */
function inodeAt({ tree, path }: Place): bigint | undefined {
  const beneath = new Beneath(tree);
  try {
    return beneath.look(path)?.ino;
  } finally {
    beneath.close();
  }
}

/** Contents and attributes; what else a file has is set from the record. */
async function isGood(place: Place, expected: ManifestEntry, signal: AbortSignal | undefined): Promise<boolean> {
  let beneath: Beneath | undefined;
  try {
    const [found] = await surveyPaths(place.tree, [place.path], signal);
    if (found?.type !== "file" || found.size !== expected.size || found.xattrs !== expected.xattrs) {
      return false;
    }
    beneath = new Beneath(place.tree);
    return (await hashFile(beneath, place.path, signal)).sha256 === expected.sha256;
  } catch {
    signal?.throwIfAborted();
    return false;
  } finally {
    beneath?.close();
  }
}
