import { Beneath, withBeneath } from "../../path/beneath.ts";
import type { BytePath } from "../../path/byte-path.ts";
import { inStore, type Store } from "../layout.ts";
import { listSnapshots, type Snapshot } from "../list.ts";
import type { ManifestEntry } from "../manifest/entry.ts";
import { hashFile } from "../manifest/hash.ts";
import { readManifest } from "../manifest/read.ts";
import { surveyPaths } from "../manifest/survey.ts";
import { compareEntries, type Damage } from "./damage.ts";
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
  /** All the names that get the good file: of the damaged inode, and of the file in the same snapshot. */
  places: Place[];
  donor: Place;
  /** Whether the good copy is the very file, under another name in the same snapshot: then it gets one more link. */
  isLink: boolean;
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
    const { signal } = this.finding;
    const alike = await this.placesOf(expected, damaged);
    const links = alike.filter((place) => place.name === damaged.name && place.inode === expected.inode);
    for (const donor of links.filter((place) => !isSame(place, damaged))) {
      if (await isGood(donor, expected, { attributes: true, signal })) {
        return { expected, places: [damaged], donor, isLink: true };
      }
    }
    for (const donor of [damaged, ...alike]) {
      if (await isGood(donor, expected, { attributes: false, signal })) {
        return { expected, places: await this.namesOf(damaged, expected, { alike, links }), donor, isLink: false };
      }
    }
    return undefined;
  }

  /** Where the damaged inode is, the links that the file has in its snapshot, and the mirror if it has the same damage. */
  private async namesOf(
    damaged: Place,
    expected: ManifestEntry,
    { alike, links }: { alike: readonly Place[]; links: readonly Place[] },
  ): Promise<Place[]> {
    const inode = inodeAt(damaged);
    const isShared = (place: Place) => inode !== undefined && inodeAt(place) === inode;
    const own = [damaged, ...links.filter((place) => !isSame(place, damaged))];
    const others = alike.filter(({ name }) => ![damaged.name, "mirror", "source"].includes(name));
    const elsewhere = others.filter(isShared);
    const places = [...own, ...elsewhere];
    for (const { path } of own) {
      const place = this.inMirror(path);
      if (isShared(place) || (await isSpoiled(place, expected, this.finding.signal))) {
        places.push(place);
      }
    }
    return places;
  }

  private inMirror(path: BytePath): Place {
    return { name: "mirror", tree: inStore(this.store, this.store.mirror), path };
  }

  /** Wherever the same contents should be, the nearest first: by the manifests, and under the same path elsewhere. */
  private async placesOf({ sha256 }: ManifestEntry, { path }: Place): Promise<(Place & { inode?: string })[]> {
    const { snapshots, source, signal } = this.finding;
    const places: (Place & { inode?: string })[] = [];
    for (const { name, record } of [...snapshots].reverse()) {
      if (record?.manifest !== undefined) {
        const tree = inStore(this.store, name);
        for await (const entries of readManifest(this.store, name, record.manifest, signal)) {
          const same = entries.filter((entry) => entry.sha256 === sha256);
          places.push(...same.map((entry) => ({ name, tree, path: entry.path, inode: entry.inode })));
        }
      }
    }
    places.push(this.inMirror(path));
    return source === undefined ? places : [...places, { name: "source", tree: source, path }];
  }
}

function isSame(a: Place, b: Place): boolean {
  return a.name === b.name && a.path === b.path;
}

/** Device and inode, as subvolumes count their own; undefined when there is nothing, or a link on the way. */
function inodeAt({ tree, path }: Place): string | undefined {
  const status = withBeneath(tree, (beneath) => beneath.look(path));
  return status === undefined ? undefined : `${status.dev}:${status.ino}`;
}

/** Whether the contents are those on record, and the attributes: without `attributes` only what is not set from it. */
async function isGood(
  place: Place,
  expected: ManifestEntry,
  { attributes, signal }: { attributes: boolean; signal: AbortSignal | undefined },
): Promise<boolean> {
  const found = look(place);
  if (found?.type !== "file" || found.size !== expected.size || found.xattrs !== expected.xattrs) {
    return false;
  }
  if (attributes && compareEntries(expected, found).length > 0) {
    return false;
  }
  return (await hashAt(place, signal)) === expected.sha256;
}

/** Whether a file of the mirror has not been changed since the snapshot by its time, and yet is another. */
async function isSpoiled(place: Place, expected: ManifestEntry, signal: AbortSignal | undefined): Promise<boolean> {
  const found = look(place);
  const isUnchanged = found?.type === "file" && found.time === expected.time;
  return isUnchanged && (await hashAt(place, signal)) !== expected.sha256;
}

function look({ tree, path }: Place): ManifestEntry | undefined {
  try {
    return surveyPaths(tree, [path])[0];
  } catch {
    return undefined;
  }
}

/** Undefined when it cannot be read. */
async function hashAt({ tree, path }: Place, signal: AbortSignal | undefined): Promise<string | undefined> {
  let beneath: Beneath | undefined;
  try {
    beneath = new Beneath(tree);
    return (await hashFile(beneath, path, signal)).sha256;
  } catch {
    signal?.throwIfAborted();
    return undefined;
  } finally {
    beneath?.close();
  }
}
