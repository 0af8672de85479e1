import { describeError } from "../errors/describe.ts";
import { inStore, type Store } from "../store/layout.ts";
import { listSnapshots } from "../store/list.ts";
import type { Basis } from "../store/manifest/build.ts";
import type { ManifestSeal } from "../store/manifest/file.ts";
import { type CommitRecord, writeRecord } from "../store/records.ts";
import type { RunContext } from "./context.ts";

/**
 * Writes the manifest of the snapshot that this run has just published, and seals it in the record. It comes after the
 * publishing: a snapshot does not wait for its hashes. On a night without changes it is the one of the snapshot before;
 * else it is made from that one and this run's changes, and only what was copied is read. A failure is a warning: the
 * next `bakup verify` makes up for it.
 */
export async function recordManifest(context: RunContext, store: Store, published: CommitRecord): Promise<void> {
  try {
    const manifest = await makeManifest(context, store, published);
    context.snapshot = { ...published, manifest };
    writeRecord(store, context.snapshot);
  } catch (error) {
    context.signal.throwIfAborted();
    context.journal.event("manifestFailed", { snapshot: published.name, error: describeError(error) });
  }
}

/** A basis that is damaged is as good as none: everything is hashed anew. */
async function makeManifest(context: RunContext, store: Store, record: CommitRecord): Promise<ManifestSeal> {
  const basis = basisFor(store, record, context.mirrorWas);
  try {
    return await makeFrom(basis, { context, store, record });
  } catch (error) {
    const { ManifestDamagedError } = await import("../store/manifest/read.ts");
    if (basis === undefined || !(error instanceof ManifestDamagedError)) {
      throw error;
    }
    return makeFrom(undefined, { context, store, record });
  }
}

async function makeFrom(
  basis: Basis | undefined,
  { context, store, record }: { context: RunContext; store: Store; record: CommitRecord },
): Promise<ManifestSeal> {
  const { changedPaths: changed, mirrorWas, signal } = context;
  const { name, entries, vanished = 0, unreadable = 0, linkLimit = 0 } = record;
  // The inodes of reflink copies are their own: those of the mirror, which is the same now, say what has not changed.
  const tree = inStore(store, record.backend === "reflink" ? store.mirror : name);
  const isWhole = vanished + unreadable + linkLimit === 0;
  const isOnlyChanged = basis !== undefined && basis.name === mirrorWas;
  if (isOnlyChanged && changed !== undefined && entries !== undefined && isWhole) {
    const { extendManifest } = await import("../store/manifest/extend.ts");
    const seal = await extendManifest(store, name, basis, { tree, changed, entries, signal });
    if (seal !== undefined) {
      return seal;
    }
  }
  const { buildManifest } = await import("../store/manifest/build.ts");
  return buildManifest(store, name, { tree, ofMirror: linkLimit === 0, basis, signal });
}

/** The snapshot that the mirror was before this run; where that is not known any, for the hashes of what it shares. */
function basisFor(store: Store, { name }: CommitRecord, mirrorWas: string | undefined): Basis | undefined {
  const own = listSnapshots(store).snapshots.filter((each) => each.name !== name && each.record?.origin === "run");
  const basis = own.find((each) => each.name === mirrorWas) ?? own.at(-1);
  const seal = basis?.record?.manifest;
  return basis !== undefined && seal?.ofMirror === true ? { name: basis.name, seal } : undefined;
}
