import { EXIT, type ExitCode } from "./exit-codes.ts";

export interface ErrorDetails {
  /** What the reader should do next. Shown on a line of its own. */
  hint?: string;
  cause?: unknown;
}

/**
 * The base of every error that bakup expects. The message says what was tried, on what, and what came back.
 * Succeeds `RsyncSystemBackupError` of rsync-system-backup.
 */
export class BakupError extends Error {
  readonly exitCode: ExitCode = EXIT.failed;
  readonly hint: string | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.hint = details.hint;
  }
}

/** The configuration is missing or invalid. */
export class ConfigurationError extends BakupError {
  override readonly exitCode = EXIT.configuration;
}

/** The command line is wrong. */
export class UsageError extends BakupError {
  override readonly exitCode = EXIT.usage;
}

/** Another run holds the lock of this destination. */
export class AlreadyRunningError extends BakupError {
  override readonly exitCode = EXIT.alreadyRunning;
}

/** The store cannot be found, or is not the one that this profile knows. */
export class SnapshotsFolderNotFoundError extends BakupError {
  override readonly exitCode = EXIT.snapshotsFolderNotFound;
}

/** A snapshot with the name of this second exists; it was left alone. */
export class SnapshotExistsError extends BakupError {
  override readonly exitCode = EXIT.snapshotExists;
  readonly snapshotId: string;

  constructor(snapshotId: string, details: ErrorDetails = {}) {
    super(`a snapshot named "${snapshotId}" already exists; it was left as it is`, details);
    this.snapshotId = snapshotId;
  }
}

/** The source is missing, empty or not what it should be, or the changes are larger than the guard allows. */
export class GuardError extends BakupError {}

/** rsync, or another program that moves data, failed. */
export class TransferError extends BakupError {}

/** The store refused an operation: a snapshot that does not exist, a name that is not a snapshot's, a failed write. */
export class StoreError extends BakupError {}

/** A callback returned non-zero for reason 7 or 1: the backup was cancelled, which counts as skipped. */
export class CancelledError extends BakupError {
  override readonly exitCode = EXIT.skipped;
}

/** The run was stopped by SIGINT or SIGTERM. */
export class StoppedError extends BakupError {
  override readonly exitCode: ExitCode;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.exitCode = signal === "SIGINT" ? EXIT.interrupted : EXIT.terminated;
  }
}

/** Part of the documented interface that this version does not do yet. */
export class NotYetError extends BakupError {
  override readonly exitCode = EXIT.usage;
}

/** The platform is not Linux and `force` is off. Succeeds `UnsupportedPlatformError` of rsync-system-backup. */
export class UnsupportedPlatformError extends BakupError {}

/** The destination expression cannot be parsed. Succeeds `InvalidDestinationError` of rsync-system-backup. */
export class InvalidDestinationError extends BakupError {
  override readonly exitCode = EXIT.usage;
}

/**
 * The backup disk is not there. With a person at the terminal that is an error, else the run is skipped.
 * Succeeds `MissingBackupDiskError` of rsync-system-backup.
 */
export class MissingBackupDiskError extends BakupError {
  override readonly exitCode: ExitCode;

  constructor(message: string, details: ErrorDetails & { interactive?: boolean } = {}) {
    super(message, details);
    this.exitCode = details.interactive === true ? EXIT.snapshotsFolderNotFound : EXIT.skipped;
  }
}

/** The encrypted device could not be unlocked. Succeeds `FailedToUnlockError` of rsync-system-backup. */
export class FailedToUnlockError extends BakupError {}

/** The backup file system could not be mounted. Succeeds `FailedToMountError` of rsync-system-backup. */
export class FailedToMountError extends BakupError {}

/**
 * Snapshots cannot be made or rotated because the destination is an rsync daemon, which runs no commands.
 * Succeeds `DestinationContextUnavailable` of rsync-system-backup.
 */
export class DestinationContextUnavailable extends BakupError {}

/** The destination's parent directory cannot be determined. Succeeds the class of this name in rsync-system-backup. */
export class ParentDirectoryUnavailable extends BakupError {}

/** The destination does not lie under the mount point. Succeeds the class of this name in rsync-system-backup. */
export class InvalidDestinationDirectory extends BakupError {}
