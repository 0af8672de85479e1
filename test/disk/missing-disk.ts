import type { DiskBackend } from "../../src/disk/backend.ts";
import { mountDisk } from "../../src/disk/mount.ts";
import { unlockDisk } from "../../src/disk/unlock.ts";
import type { Journal } from "../../src/journal/journal.ts";

/** What udisks2 may say anything of: the kernel does not know it. */
export const DEVICE = "/dev/no-such-disk";
export const OBJECT = "/org/freedesktop/UDisks2/block_devices/x";
export const JOURNAL: Journal = { event: () => undefined, child: () => JOURNAL };

export function mountMissing(backend: DiskBackend): ReturnType<typeof mountDisk> {
  return mountDisk(DEVICE, { backend, mountPoint: undefined });
}

export function unlockMissing(backend: DiskBackend): ReturnType<typeof unlockDisk> {
  return unlockDisk(
    { device: DEVICE, entry: undefined },
    {
      backend,
      mayUseTools: false,
      source: { kind: "file", path: "/proc/version" },
      interactive: false,
      signal: new AbortController().signal,
      journal: JOURNAL,
    },
  );
}
