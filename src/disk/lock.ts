import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describeError } from "../errors/describe.ts";
import { BakupError } from "../errors/errors.ts";
import type { DiskBackend } from "./backend.ts";
import { type Cleartext, isDeviceGone } from "./block.ts";
import type { FoundDisk } from "./find.ts";
import { removeDead } from "./stale.ts";
import { openToolsBackend } from "./tools-backend.ts";

/** An unmounted file system may be held for a moment by those who look at what has changed. */
const TRIES = 10;
const STEP_MS = 500;

/**
 * Locks an encrypted device again, at last by cryptsetup: udisks2 locks nothing that it was not shown in time, or when it
 * is gone. What a disk that was pulled out has left is taken away.
 * @throws BakupError when it stays unlocked.
 */
export async function lockDisk(
  { device, entry, cleartext }: FoundDisk & { cleartext: Cleartext },
  backend: DiskBackend,
): Promise<void> {
  const failures = new Set<string>();
  for (let tries = 0; isThere(cleartext) && tries < TRIES; tries += 1) {
    if (isDeviceGone(cleartext.path)) {
      await removeDead(cleartext);
      return;
    }
    if (tries > 0) {
      await sleep(STEP_MS);
    }
    const locker = tries === TRIES - 1 ? openToolsBackend() : backend;
    try {
      await locker.lock({ device, name: cleartext.path.replace(/^\/dev\/mapper\//, ""), entry });
    } catch (error) {
      failures.add(describeError(error));
    }
  }
  if (isThere(cleartext)) {
    throw new BakupError(`${device} stays unlocked: ${[...failures].join("; ")}`, {
      hint: `see who uses it: lsblk ${cleartext.path}; then: cryptsetup close ${cleartext.path}`,
    });
  }
}

function isThere({ kernelName }: Cleartext): boolean {
  return existsSync(`/sys/class/block/${kernelName}`);
}
