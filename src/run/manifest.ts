import { describeError } from "../errors/describe.ts";
import { inStore, type Store } from "../store/layout.ts";
import { listSnapshots } from "../store/list.ts";
import type { Basis } from "../store/manifest/build.ts";
import { type ManifestSeal, removeManifest } from "../store/manifest/file.ts";
import { type CommitRecord, writeRecord } from "../store/records.ts";
import type { RunContext } from "./context.ts";

/** The manifest of a snapshot, being written while the snapshot is being made. */
export interface ManifestWork {
  /** The tree of the snapshot is made: the processors have nothing else to do. */
  goOn(): void;
  /**
   * Seals the manifest in the record of the snapshot, which is published now. A failure is a warning: the next
   * `bakup verify` makes up for it.
   */
  seal(published: CommitRecord): Promise<void>;
  /** Stops, and leaves nothing behind: there will be no such snapshot, or it will have none. */
  abandon(): Promise<void>;
}

/**
 * Begins to write the manifest of the snapshot that this run is about to make. It is one of the mirror, which is the same
 * and rests meanwhile: linking and hashing need not wait for each other. On a night without changes it is the one of the
 * snapshot before; else it is made from that one and this run's changes, and only what was copied is read.
 */
export function beginManifest(context: RunContext, store: Store, record: CommitRecord): ManifestWork {
  const stop = new AbortController();
  let goOn = () => {};
  const built = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const made = makeManifest(context, { store, record, built, signal: AbortSignal.any([context.signal, stop.signal]) });
  made.catch(() => undefined);
  const abandon = async () => {
    stop.abort(new Error("there will be no manifest of the mirror for this snapshot"));
    goOn();
    await made.catch(() => undefined);
    removeManifest(store, record.name);
  };
  return {
    goOn,
    seal: async (published) => {
      try {
        const isOfMirror = published.linkLimit === undefined;
        if (!isOfMirror) {
          await abandon();
        }
        const manifest = await (isOfMirror ? made : buildOfCopies(context, store, published));
        context.snapshot = { ...published, manifest };
        writeRecord(store, context.snapshot);
      } catch (error) {
        context.signal.throwIfAborted();
        context.journal.event("manifestFailed", { snapshot: published.name, error: describeError(error) });
      }
    },
    abandon,
  };
}

interface Making {
  store: Store;
  record: CommitRecord;
  /** Until the tree of the snapshot is made. */
  built: Promise<void>;
  signal: AbortSignal;
}

/** A basis that is damaged is as good as none: everything is hashed anew. */
async function makeManifest(context: RunContext, making: Making): Promise<ManifestSeal> {
  const basis = basisFor(making.store, making.record, context.mirrorWas);
  try {
    return await makeFrom(basis, context, making);
  } catch (error) {
    const { ManifestDamagedError } = await import("../store/manifest/read.ts");
    if (basis === undefined || !(error instanceof ManifestDamagedError)) {
      throw error;
    }
    return makeFrom(undefined, context, making);
  }
}

async function makeFrom(
  basis: Basis | undefined,
  { changedPaths: changed, mirrorWas, knownHashes, isMirrorPlain: isPlain }: RunContext,
  { store, record, built, signal }: Making,
): Promise<ManifestSeal> {
  const { name, entries, vanished = 0, unreadable = 0 } = record;
  const tree = inStore(store, store.mirror);
  const isWhole = vanished + unreadable === 0;
  const isOnlyChanged = basis !== undefined && basis.name === mirrorWas;
  if (isOnlyChanged && changed !== undefined && entries !== undefined && isWhole) {
    const { extendManifest } = await import("../store/manifest/extend.ts");
    const seal = await extendManifest(store, name, basis, { tree, changed, entries, signal });
    if (seal !== undefined) {
      return seal;
    }
  }
  const { buildManifest } = await import("../store/manifest/build.ts");
  if (knownHashes !== undefined) {
    // Nothing must be read for it: links and manifest would share the processors, which then rest while the disk works.
    await built;
  }
  return buildManifest(store, name, { tree, ofMirror: true, basis, knownHashes, isPlain, signal });
}

/** Where inodes could not be linked, the snapshot has others than the mirror. */
async function buildOfCopies(context: RunContext, store: Store, record: CommitRecord): Promise<ManifestSeal> {
  const basis = basisFor(store, record, context.mirrorWas);
  const { buildManifest } = await import("../store/manifest/build.ts");
  return buildManifest(store, record.name, { ofMirror: false, basis, signal: context.signal });
}

/** The snapshot that the mirror was before this run; where that is not known any, for the hashes of what it shares. */
function basisFor(store: Store, { name }: CommitRecord, mirrorWas: string | undefined): Basis | undefined {
  const own = listSnapshots(store).snapshots.filter((each) => each.name !== name && each.record?.origin === "run");
  const basis = own.find((each) => each.name === mirrorWas) ?? own.at(-1);
  const seal = basis?.record?.manifest;
  return basis !== undefined && seal?.ofMirror === true ? { name: basis.name, seal } : undefined;
}
