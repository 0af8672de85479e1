import { setTimeout as sleep } from "node:timers/promises";
import { isOutcomeUnknown } from "../dbus/errors.ts";
import { describeError } from "../errors/describe.ts";
import { FailedToUnlockError } from "../errors/errors.ts";
import type { Journal } from "../journal/journal.ts";
import { askPassphrase } from "./ask.ts";
import type { DiskBackend, Key } from "./backend.ts";
import { type Cleartext, cleartextOf, uuidOf } from "./block.ts";
import type { FoundDisk } from "./find.ts";
import { type KeySource, namesMissingKey, readKey, settleKeySource } from "./key.ts";
import { clearStale } from "./stale.ts";
import { openToolsBackend } from "./tools-backend.ts";

/** How often a person may mistype the passphrase. */
const TRIES = 3;
/** How long the kernel and udev may take to show an unlocked device. */
const APPEAR_SECONDS = 10;

export interface UnlockOptions {
  backend: DiskBackend;
  /** Whether cryptsetup may be called where udisks2 cannot do it. */
  mayUseTools: boolean;
  source: KeySource;
  interactive: boolean;
  signal: AbortSignal;
  journal: Journal;
}

/**
 * Unlocks an encrypted device unless it is unlocked, and says whether this call did it. Whether it worked is read from
 * the kernel, not from the answer: a bus that dies in the middle may have unlocked it all the same.
 * @throws FailedToUnlockError
 */
export async function unlockDisk(
  disk: FoundDisk,
  options: UnlockOptions,
): Promise<{ cleartext: Cleartext; ours: boolean }> {
  const { device, entry } = disk;
  const before = cleartextOf(device);
  if (before !== undefined) {
    return { cleartext: before, ours: false };
  }
  await clearStale({ device, name: entry?.name }, options.journal);
  const source = settleKeySource(options.source, { entry, interactive: options.interactive });
  const backend = backendFor(disk, options);
  for (let tries = 1; ; tries += 1) {
    const key = await keyOf(source, disk, options.signal);
    const { failure, cleartext } = await tryToUnlock(disk, { backend, key });
    if (cleartext !== undefined) {
      return { cleartext, ours: mayHaveWorked(failure) };
    }
    const again = source.kind === "ask" && options.interactive && tries < TRIES && !isOutcomeUnknown(failure);
    if (!again) {
      throw failed(device, failure);
    }
    options.journal.event("warning", { text: `${describeError(failure)}; try again` });
  }
}

/** A key file of /etc/crypttab that is missing makes udisks2 fail whatever key it is given. */
function backendFor({ device, entry }: FoundDisk, { backend, mayUseTools, journal }: UnlockOptions): DiskBackend {
  if (backend.name === "tools" || !namesMissingKey(entry)) {
    return backend;
  }
  const keyFile = entry?.keyFile ?? "";
  if (!mayUseTools) {
    throw new FailedToUnlockError(`udisks2 cannot unlock ${device}: /etc/crypttab names ${keyFile}, which is missing`, {
      hint: "correct that line of /etc/crypttab, or set backend = auto in [disk]",
    });
  }
  journal.event("crypttabKeyMissing", { path: keyFile, disk: entry?.name ?? device });
  return openToolsBackend();
}

async function keyOf(source: KeySource, { device, entry }: FoundDisk, signal: AbortSignal): Promise<Key> {
  switch (source.kind) {
    case "crypttab":
      return "crypttab";
    case "ask":
      return askPassphrase(`Passphrase of the backup disk ${entry?.name ?? device}:`, signal);
    case "file":
    case "credential":
      return readKey(source);
  }
}

async function tryToUnlock(
  { device, entry }: FoundDisk,
  { backend, key }: { backend: DiskBackend; key: Key },
): Promise<{ failure: unknown; cleartext: Cleartext | undefined }> {
  const name = entry?.name ?? `luks-${uuidOf(device) ?? "bakup"}`;
  let failure: unknown;
  try {
    await backend.unlock({ device, key, entry, name });
  } catch (error) {
    failure = error;
  }
  const deadline = Date.now() + (mayHaveWorked(failure) ? APPEAR_SECONDS * 1000 : 0);
  let cleartext = cleartextOf(device);
  while (cleartext === undefined && Date.now() < deadline) {
    await sleep(100);
    cleartext = cleartextOf(device);
  }
  return { failure, cleartext };
}

/**
 * Whether a call may have unlocked the device whatever it answered: udisks2 fails when udev is slow to show it what it
 * has just unlocked. Other failures leave the device locked: if it is unlocked then, somebody else was quicker.
 */
export function mayHaveWorked(failure: unknown): boolean {
  return (
    failure === undefined || isOutcomeUnknown(failure) || /waiting for cleartext object/i.test(describeError(failure))
  );
}

function failed(device: string, failure: unknown): FailedToUnlockError {
  const said = failure === undefined ? "the call succeeded, but there is no unlocked device" : describeError(failure);
  const isWrongKey = /not permitted|No key available|incorrect passphrase/i.test(said);
  return new FailedToUnlockError(`cannot unlock ${device}: ${said}`, {
    hint: isWrongKey
      ? "the key does not open this disk: is it the right one, to the last byte (a newline at its end counts)?"
      : `look at what the system says: journalctl -b -u udisks2; try: cryptsetup open --test-passphrase ${device}`,
    cause: failure,
  });
}
