import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import type { Store } from "../store/layout.ts";
import { findSnapshot } from "../store/list.ts";
import { pinSnapshot, unpinSnapshot } from "../store/pin.ts";
import type { CommitRecord } from "../store/records.ts";
import type { PinCommandOptions } from "./commands/pin.ts";
import type { StoreReportOptions } from "./common-options.ts";
import { withLockedStore } from "./locked-store.ts";
import { print, printJson } from "./output.ts";
import type { PinJson } from "./schema/pin.ts";
import { openTarget } from "./target.ts";
import { requireWords, splitWords } from "./words.ts";

type Words = readonly (string | undefined)[];

/** `bakup pin`: a snapshot is kept for ever. */
export async function pin(words: Words, options: PinCommandOptions): Promise<ExitCode> {
  const reason = options.reason ?? "no reason given";
  return changePin("pin", { words, options }, (store, wanted) =>
    pinSnapshot(store, findSnapshot(store, wanted), reason, new Date()),
  );
}

/** `bakup unpin`: a snapshot is left to the rotation scheme again. */
export async function unpin(words: Words, options: StoreReportOptions): Promise<ExitCode> {
  return changePin("unpin", { words, options }, (store, wanted) => unpinSnapshot(store, findSnapshot(store, wanted)));
}

async function changePin(
  verb: "pin" | "unpin",
  { words, options }: { words: Words; options: StoreReportOptions },
  change: (store: Store, wanted: string) => CommitRecord,
): Promise<ExitCode> {
  const split = splitWords(words, options);
  const usage = `bakup ${verb} PROFILE SNAPSHOT`;
  const [wanted = ""] = requireWords(split, { least: 1, most: 1, store: options.store, usage });
  const { store, profile } = await openTarget(split.profile, options);
  try {
    const record = await withLockedStore(store, `${verb} in ${store.path}`, () => change(store, wanted));
    if (options.json) {
      const head = { profile: profile?.name ?? null, store: store.path };
      printJson({ ...head, snapshot: record.name, pin: record.pin ?? null } satisfies PinJson);
    } else {
      print(`snapshot ${record.name} is ${verb === "pin" ? `pinned: ${record.pin?.reason}` : "no longer pinned"}`);
    }
    return EXIT.done;
  } finally {
    store.close();
  }
}
