import type { CrypttabEntry } from "./crypttab.ts";
import type { DiskTag } from "./name.ts";

/** Who does the work; "auto" is udisks2 where it answers, else the tools. */
export const BACKENDS = ["auto", "udisks2", "tools"] as const;

export type BackendChoice = (typeof BACKENDS)[number];

/** What opens an encrypted device: whatever /etc/crypttab names, or these bytes. */
export type Key = "crypttab" | Buffer;

export interface UnlockRequest {
  device: string;
  key: Key;
  /** Its line in /etc/crypttab, if there is one. */
  entry: CrypttabEntry | undefined;
  /** Name for the unlocked device, where the backend may choose. */
  name: string;
}

/**
 * The programs that do the work on disks. What they answer is no proof: the callers look at the kernel afterwards.
 * @throws BakupError from each of them, with the program's or service's own words.
 */
export interface DiskBackend {
  readonly name: "udisks2" | "tools";
  /** The files of all devices that answer to a tag. */
  find(tag: DiskTag): Promise<string[]>;
  unlock(request: UnlockRequest): Promise<void>;
  /** `name` is that of the unlocked device below /dev/mapper. */
  lock(target: { device: string; name: string; entry: CrypttabEntry | undefined }): Promise<void>;
  /** By the entry of /etc/fstab that names the device, else on the mount point, else where the backend chooses. */
  mount(target: { device: string; mountPoint: string | undefined; inFstab: boolean }): Promise<void>;
  unmount(target: { device: string; mountPoint: string }): Promise<void>;
  close(): void;
}
