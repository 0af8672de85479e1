import { StoreError } from "../errors/errors.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import { acquireGuard } from "../lock/guard.ts";
import { forgetStore } from "../run/known-stores.ts";
import { isOtherStore } from "../run/profile-store.ts";
import { acceptSnapshot } from "../store/accept.ts";
import type { Store } from "../store/layout.ts";
import { findSnapshot, listSnapshots, type Snapshot } from "../store/list.ts";
import { acceptIndex, type IndexDoubt, readIndexDoubt } from "../store/source-index.ts";
import { acceptRefusal, type Refusal, readRefusal } from "../store/suspect-plan.ts";
import { formatCount } from "../units/size.ts";
import type { StoreReportOptions } from "./common-options.ts";
import { keyOf, withLockedStore } from "./locked-store.ts";
import { print, printJson } from "./output.ts";
import type { AcceptJson } from "./schema/accept.ts";
import { openTargetFolder } from "./target.ts";
import { requireWords, splitWords } from "./words.ts";

interface Accepted {
  /** Another store than before: from now on it is the one. */
  store: boolean;
  refusal: Refusal | undefined;
  /** Name of a snapshot that was suspect. */
  snapshot: string | undefined;
  /** The index of the source had missed changes: from now on it is used again. */
  index: IndexDoubt | undefined;
}

/** `bakup accept`: lets pass what a person has looked at. */
export async function acceptDoubts(
  words: readonly (string | undefined)[],
  options: StoreReportOptions,
): Promise<ExitCode> {
  const split = splitWords(words, options);
  const usage = "bakup accept [PROFILE] [SNAPSHOT]";
  const [wanted] = requireWords(split, { least: 0, most: 1, store: options.store, usage });
  const { store, profile } = await openTargetFolder(split.profile, options);
  try {
    const accepted = wanted === undefined ? await acceptAll(store) : await acceptOne(store, wanted);
    if (options.json) {
      const head = { profile: profile?.name ?? null, store: store.path };
      printJson({ ...head, accepted: toJson(accepted) } satisfies AcceptJson);
    } else {
      printAccepted(store, accepted);
    }
    return EXIT.done;
  } finally {
    store.close();
  }
}

async function acceptOne(store: Store, wanted: string): Promise<Accepted> {
  const snapshot = findSnapshot(store, wanted);
  await withLockedStore(store, describe(store), () => acceptSnapshot(store, snapshot));
  return { ...NOTHING, store: false, snapshot: snapshot.name };
}

async function acceptAll(store: Store): Promise<Accepted> {
  const isOther = isOtherStore(store);
  const doubts = [readIndexDoubt(store), newestSuspect(store), isOpen(readRefusal(store)) || undefined];
  const hasDoubts = doubts.some((doubt) => doubt !== undefined);
  if (isOther) {
    await acceptStore(store);
  }
  if (!isOther && !hasDoubts) {
    throw new StoreError(`there is nothing to accept in ${store.path}`, {
      hint: "no run was refused, no snapshot is suspect, the index is in use, and the store is the one that was here before",
    });
  }
  const within = hasDoubts ? await withLockedStore(store, describe(store), () => acceptWithin(store)) : NOTHING;
  return { ...within, store: isOther };
}

function describe(store: Store): string {
  return `accept in ${store.path}`;
}

async function acceptStore(store: Store): Promise<void> {
  const guard = await acquireGuard({ key: keyOf(store), describe: describe(store) });
  try {
    forgetStore(store.path);
  } finally {
    guard.release();
  }
}

const NOTHING: Omit<Accepted, "store"> = { refusal: undefined, snapshot: undefined, index: undefined };

function acceptWithin(store: Store): Omit<Accepted, "store"> {
  const suspect = newestSuspect(store);
  return {
    refusal: isOpen(readRefusal(store)) ? acceptRefusal(store, new Date()) : undefined,
    snapshot: suspect === undefined ? undefined : acceptSnapshot(store, suspect).name,
    index: acceptIndex(store),
  };
}

function isOpen(refusal: Refusal | undefined): boolean {
  return refusal !== undefined && refusal.accepted === undefined;
}

function newestSuspect(store: Store): Snapshot | undefined {
  return listSnapshots(store).snapshots.findLast(({ state }) => state === "suspect");
}

function printAccepted(folder: Store, { store, refusal, snapshot, index }: Accepted): void {
  if (store) {
    print(`accepted: the store in ${folder.path} is the right one from now on`);
  }
  if (refusal !== undefined) {
    const { reason, deleted, changed } = refusal;
    print(`accepted: ${reason}`);
    print(
      `the next run may delete ${formatCount(deleted)} and rewrite ${formatCount(changed)} entries (10 % more at most)`,
    );
  }
  if (snapshot !== undefined) {
    print(`accepted: the snapshot ${snapshot} counts as complete`);
  }
  if (index !== undefined) {
    print("accepted: the next run makes a new index of the source");
  }
}

function toJson({ store, refusal, snapshot, index }: Accepted): AcceptJson["accepted"] {
  return { store, refusal: refusal ?? null, snapshot: snapshot ?? null, index: index ?? null };
}
