import { errnoOf } from "../errors/describe.ts";
import { type BytePath, TOP } from "../path/byte-path.ts";
import { inStore, type Store } from "../store/layout.ts";
import type { KnownHashes } from "../store/manifest/known-hashes.ts";
import { copyEverything } from "../transfer/apply.ts";
import { AttributeSearch } from "../transfer/attribute-search.ts";
import { type Item, isDeletion, isRegularFile, kindOf } from "../transfer/items.ts";
import type { Transfer } from "../transfer/plan.ts";
import { type Progress, progressAfter } from "../transfer/progress.ts";
import { SmallFiles, sorterOf } from "../transfer/small-files.ts";
import { type RunContext, rsyncContext } from "./context.ts";
import { packSurvey } from "./keep-index.ts";
import { surveySource } from "./survey.ts";
import { progressOf } from "./transfer-facts.ts";

/** Where this run takes a snapshot: for its manifest. */
type Known = KnownHashes | undefined;

/** So many entries may vanish from the source while it is copied, or half of what was copied ahead. */
const FEW_DELETIONS = 100;

/** So many paths are looked at together. */
const LOOKED_AT_TOGETHER = 256;

/**
 * Copies everything into the empty mirror: small files while the source is listed, then the rest by one walk of rsync's,
 * which has the last word on all of it and deletes what has vanished meanwhile: not most of it, for the source may have
 * lost its disk. After a failure no hash is kept: another attempt may put other files in the place of these.
 */
export async function fillEmptyMirror(
  context: RunContext,
  store: Store,
  transfer: Transfer,
): ReturnType<typeof copyEverything> {
  const known = await knownHashesFor(context, store);
  const attributes = await searchAttributes(context, store, transfer);
  const ahead = await surveyAndCopy(context, { store, transfer, known, attributes });
  packSurvey(context);
  const seen = { files: ahead.files, isFreed: false };
  const filled = await hashMeanwhile(context, { store, known }, (expect) =>
    copyTwiceIfNeeded(attributes, (withoutAttributes, look) =>
      copyEverything(transfer, {
        context: rsyncContext(context),
        withoutAttributes,
        mostDeletions: Math.max(FEW_DELETIONS, Math.floor(ahead.files / 2)),
        onProgress: progressAfter(ahead, progressOf(context, undefined)),
        onItem: (item) => {
          const kind = kindOf(item);
          expect?.(item);
          look(item.path);
          seen.files += isRegularFile(item) && kind === "created" ? 1 : 0;
          seen.isFreed ||= isDeletion(item) || kind === "content" || kind === "linked";
        },
      }),
    ),
  );
  if (!attributes.found) {
    context.isMirrorPlain = true;
  }
  // Where something else came in the place of a copy, rsync does not say that it has gone. Another file may have its inode.
  if (known !== undefined && !seen.isFreed && seen.files === filled.source.files) {
    context.knownHashes = known;
  }
  return filled;
}

/** Of the source; as good as found where the top of the mirror has attributes that rsync would take away. */
async function searchAttributes({ undo }: RunContext, store: Store, { source }: Transfer): Promise<AttributeSearch> {
  const [search, ofMirror] = [new AttributeSearch(source), new AttributeSearch(inStore(store, store.mirror))];
  undo.push({ name: "end the search for attributes", undo: () => search.close() });
  await ofMirror.look([TOP]);
  ofMirror.close();
  search.tell(ofMirror.found);
  return search;
}

/**
 * Where nothing that was listed has an ACL or another extended attribute, rsync does not ask for them: that is half of its
 * walk. What it takes is looked at again then, and if any of that has got one meanwhile, it walks once more, and asks. A
 * copy whose file gets nothing but an attribute meanwhile is what it was when it was made, until the next run.
 */
async function copyTwiceIfNeeded<T>(
  attributes: AttributeSearch,
  copy: (withoutAttributes: boolean, look: (path: BytePath) => void) => Promise<T>,
): Promise<T> {
  if (attributes.found) {
    return await copy(false, () => undefined);
  }
  let paths: BytePath[] = [];
  const looks: Promise<void>[] = [];
  const lookAtThose = () => {
    looks.push(attributes.look(paths));
    paths = [];
  };
  const copied = await copy(true, (path) => {
    paths.push(path);
    if (paths.length >= LOOKED_AT_TOGETHER) {
      lookAtThose();
    }
  });
  lookAtThose();
  await Promise.all(looks);
  return attributes.found ? await copy(false, () => undefined) : copied;
}

async function knownHashesFor({ job, undo }: RunContext, store: Store): Promise<Known> {
  if (!job.actions.snapshot) {
    return undefined;
  }
  const { KnownHashes } = await import("../store/manifest/known-hashes.ts");
  try {
    const known = new KnownHashes(store);
    undo.push({ name: "forget the hashes", undo: () => known.close() });
    return known;
  } catch (error) {
    if (errnoOf(error) === undefined) {
      throw error;
    }
    // The disk has no room for it, or fails: what comes next needs some, too, and says so.
    return undefined;
  }
}

/** Only rsync keeps to an I/O class that is asked for. */
async function surveyAndCopy(
  context: RunContext,
  {
    store,
    transfer,
    known,
    attributes,
  }: { store: Store; transfer: Transfer; known: Known; attributes: AttributeSearch },
): Promise<Progress> {
  const small =
    context.job.ionice === undefined
      ? new SmallFiles(transfer.source, inStore(store, store.mirror), {
          attributes,
          onCopied: (copy) => known?.keep(copy),
          onProgress: progressOf(context, undefined),
          signal: context.signal,
        })
      : undefined;
  attributes.tell(small === undefined);
  try {
    const sort = sorterOf(transfer);
    const survey = await surveySource(context, transfer, async (piece) => small?.take(sort(piece)));
    if (typeof survey !== "string") {
      context.survey = { ...survey, walked: true };
    }
  } finally {
    await small?.finish();
  }
  return small?.progress ?? { bytes: 0, files: 0 };
}

/** Whatever file rsync puts into the mirror comes whole, by a rename. */
async function hashMeanwhile<T>(
  { signal }: RunContext,
  { store, known }: { store: Store; known: Known },
  fill: (expect?: (item: Item) => void) => Promise<T>,
): Promise<T> {
  if (known === undefined) {
    return await fill();
  }
  const { HashAhead } = await import("../store/manifest/hash-ahead.ts");
  const ahead = new HashAhead(inStore(store, store.mirror), known, signal);
  const expect = (item: Item) => {
    if (isRegularFile(item) && item.code.startsWith(">") && kindOf(item) === "created") {
      ahead.expect(item.path, item.length);
    }
  };
  try {
    return await fill(expect);
  } finally {
    await ahead.stop();
  }
}
