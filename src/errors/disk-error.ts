import { errnoOf } from "./describe.ts";
import { BakupError } from "./errors.ts";

/** What the system says of a disk and not of us: its words, and what to do. */
const REFUSALS: Readonly<Record<string, { text: string; hint: string }>> = {
  ENOSPC: { text: "no space left", hint: "free space or inodes on the disk (df -h, df -i), or keep fewer snapshots" },
  EDQUOT: { text: "the quota is used up", hint: "raise the quota, or keep fewer snapshots" },
  EROFS: { text: "the file system is read-only", hint: "was it mounted so, or after an error? see: journalctl -k" },
  EIO: { text: "input/output error", hint: "the disk or its cable may be failing; see: journalctl -k, smartctl -a" },
  EUCLEAN: { text: "the file system is damaged", hint: "unmount it and check it with fsck" },
  EMLINK: { text: "too many links", hint: "a folder there holds more folders than its file system allows" },
  ENODEV: { text: "the disk is gone", hint: "was it unplugged?" },
  ENXIO: { text: "the disk is gone", hint: "was it unplugged?" },
  ESTALE: { text: "the network share has changed", hint: "mount it again" },
};

/**
 * The error of a run in words for people, when a system call failed because of the disk: that is no mistake of the
 * program. Any other error is returned as it is.
 */
export function explainDiskError(error: unknown): unknown {
  const refusal = REFUSALS[errnoOf(error) ?? ""];
  if (refusal === undefined || error instanceof BakupError || !isSystemError(error)) {
    return error;
  }
  const where = error.path === undefined ? "" : ` ${withoutDescriptor(error.path)}`;
  return new BakupError(`the disk refused to ${error.syscall}${where}: ${refusal.text}`, {
    hint: refusal.hint,
    cause: error,
  });
}

interface SystemError extends Error {
  syscall: string;
  path?: string;
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && "syscall" in error && typeof error.syscall === "string";
}

/** Paths in a store go by way of an open descriptor; what follows it is the path in the store. */
function withoutDescriptor(path: string): string {
  return String(path).replace(/^\/proc\/(?:\d+|self)\/fd\/\d+\//, "");
}
