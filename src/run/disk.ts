import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { cleartextOf, isMountOf } from "../disk/block.ts";
import { openBackend } from "../disk/choose-backend.ts";
import { parseKeySource } from "../disk/key.ts";
import { locateDisk } from "../disk/locate.ts";
import { lockDisk } from "../disk/lock.ts";
import { mountByFstab, mountDisk, removeFolder } from "../disk/mount.ts";
import { readMounts } from "../disk/mountinfo.ts";
import { isMounted, mountAt } from "../disk/mounts.ts";
import { clearDeadMount } from "../disk/stale.ts";
import { openToolsBackend } from "../disk/tools-backend.ts";
import { unlockDisk } from "../disk/unlock.ts";
import { unmountDisk } from "../disk/unmount.ts";
import { watchDisk } from "../disk/watch.ts";
import {
  AlreadyRunningError,
  BakupError,
  FailedToMountError,
  InvalidDestinationDirectory,
  SnapshotsFolderNotFoundError,
} from "../errors/errors.ts";
import { contains } from "../path/containment.ts";
import { storePathOf } from "../store/layout.ts";
import { closeLeftOpen } from "./close-left-open.ts";
import type { RunContext } from "./context.ts";
import { guardKeyOf, holdGuard } from "./guard-key.ts";
import type { Job } from "./job.ts";
import { noteClosed, noteOpening, type Opened, readOpenDisk } from "./open-disks.ts";

/** How often to look whether a disk that another run uses is free. */
const WAIT_MS = 2000;

/**
 * Finds the backup disk, if the job names one. A dry run changes nothing: it wants the disk mounted already.
 * @throws MissingBackupDiskError and what else `locateDisk` throws
 */
export async function findBackupDisk(context: RunContext): Promise<void> {
  const { job, journal } = context;
  const { crypto, device, mount, backend: choice = "auto" } = job.disk;
  if (crypto === undefined && device === undefined && mount === undefined) {
    return;
  }
  if (job.destination.kind !== "local") {
    throw new BakupError(`${job.location} lies on another machine, whose disks are not unlocked or mounted from here`, {
      hint: "leave out the disk: --mount and --crypto, or the section [disk]",
    });
  }
  if (job.dryRun) {
    if (mount !== undefined && !isMounted(mount)) {
      throw new BakupError(`${mount} is not mounted, and a dry run mounts nothing`, { hint: `mount ${mount}` });
    }
    return;
  }
  const left = readOpenDisk(guardKeyOf(job));
  if (left !== undefined) {
    await closeLeftOpen(left, journal);
  }
  const backend = await openBackend(choice, journal);
  context.undo.push({ name: "close the connection to udisks2", undo: () => backend.close() });
  const located = await locateDisk(job.disk, { backend, interactive: job.interactive === true });
  if (located.kind === "plain" || located.kind === "encrypted") {
    await waitForDisk(context, located.device);
  }
  context.disk = { backend, located, device: located.kind === "plain" ? located.device : undefined, mountPoint: mount };
}

/** One run at a time works with a disk: whoever ends first would put it away under the other. */
async function waitForDisk(context: RunContext, device: string): Promise<void> {
  const { journal, signal } = context;
  for (let told = false; ; told = true) {
    try {
      await holdGuard(context, `disk ${device}`);
      return;
    } catch (error) {
      if (!(error instanceof AlreadyRunningError)) {
        throw error;
      }
      if (!told) {
        journal.event("diskWaiting", { disk: device, reason: error.message });
      }
    }
    await sleep(WAIT_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** Unlocks the disk, if it is encrypted; to be locked again at the end. @throws FailedToUnlockError */
export async function unlockBackupDisk({ job, journal, signal, undo, disk }: RunContext): Promise<void> {
  if (disk?.located.kind !== "encrypted") {
    return;
  }
  const { backend, located } = disk;
  const unlock = () =>
    unlockDisk(located, {
      backend,
      mayUseTools: job.disk.backend !== "udisks2",
      source: parseKeySource(job.disk.key),
      interactive: job.interactive === true,
      signal,
      journal,
    });
  const { device, entry } = located;
  const { cleartext, ours } = await (cleartextOf(device) === undefined
    ? opening(job, { unlocked: { device, entry } }, unlock)
    : unlock());
  disk.device = cleartext.path;
  if (!ours) {
    return;
  }
  undo.push({
    name: "lock the disk",
    undo: async () => {
      await lockDisk({ ...located, cleartext }, backend);
      noteClosed(job, "unlocked");
      journal.event("diskLocked", { disk: located.device });
    },
  });
  journal.event("diskUnlocked", { disk: located.device, path: cleartext.path });
}

/** Mounts the disk; to be unmounted at the end. @throws FailedToMountError */
export async function mountBackupDisk({ job, journal, undo, disk }: RunContext): Promise<void> {
  if (disk === undefined || disk.located.kind === "unknown") {
    return;
  }
  const { backend, device, mountPoint: wanted } = disk;
  if (wanted !== undefined) {
    await clearDeadMount(wanted, journal);
  }
  const mount = () =>
    device === undefined ? mountByFstab(wanted ?? "") : mountDisk(device, { backend, mountPoint: wanted });
  const isOpen = device === undefined ? isMounted(wanted ?? "") : readMounts().some((each) => isMountOf(each, device));
  const { point, ours, madeFolder } = await (isOpen
    ? mount()
    : opening(
        job,
        { mounted: { device, point: wanted, madeFolder: wanted !== undefined && !existsSync(wanted) } },
        mount,
      ));
  disk.mountPoint = point;
  if (!ours) {
    return;
  }
  undo.push({
    name: "unmount the disk",
    undo: async () => {
      await unmountDisk(
        { device, mountPoint: point },
        { backend: device === undefined ? openToolsBackend() : backend, journal },
      );
      removeFolder(point, madeFolder);
      noteClosed(job, "mounted");
      journal.event("diskUnmounted", { path: point });
    },
  });
  journal.event("diskMounted", { disk: device ?? point, path: point });
}

/** Opens something, noted beforehand for whoever cleans up after a killed run, if it is this run that opens it. */
async function opening<T extends { ours: boolean }>(job: Job, part: Opened, open: () => Promise<T>): Promise<T> {
  const forget = () => noteClosed(job, part.mounted === undefined ? "unlocked" : "mounted");
  noteOpening(job, part);
  try {
    const result = await open();
    if (!result.ours) {
      forget();
    }
    return result;
  } catch (error) {
    forget();
    throw error;
  }
}

/**
 * Makes sure that the destination lies on the disk that was meant, and from here on that the disk stays: when it is
 * pulled out the run ends at once.
 * @throws SnapshotsFolderNotFoundError, FailedToMountError, InvalidDestinationDirectory
 */
export async function checkBackupDisk({ job, undo, stop, disk }: RunContext): Promise<void> {
  const { device, mountPoint } = disk ?? {};
  if (mountPoint === undefined || job.destination.kind !== "local") {
    return;
  }
  const { directory } = job.destination;
  if (!contains(mountPoint, storePathOf(directory))) {
    throw new InvalidDestinationDirectory(
      `${directory} does not lie in a folder on the disk mounted on ${mountPoint}`,
      {
        hint: `name a folder below ${mountPoint}, as in ${mountPoint}/laptop/latest`,
      },
    );
  }
  const mount = mountAt(mountPoint);
  if (mount === undefined || (device !== undefined && !isMountOf(mount, device))) {
    throw new SnapshotsFolderNotFoundError(
      `on ${mountPoint} there is ${mount?.source ?? "nothing"}, and the backup disk is ${device}`,
      { hint: `unmount it: umount ${mountPoint}` },
    );
  }
  if (mount.readOnly) {
    throw new FailedToMountError(`the backup disk on ${mountPoint} can only be read`, {
      hint: "is it write-protected, or damaged? See dmesg, and its options in /etc/fstab",
    });
  }
  if (disk !== undefined && device !== undefined) {
    const watch = watchDisk({ device, mountPoint }, stop);
    disk.watch = watch;
    undo.push({ name: "stop watching the disk", undo: () => watch.end() });
  }
}
