import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describeError, errnoOf } from "../errors/describe.ts";
import { AlreadyRunningError, BakupError } from "../errors/errors.ts";
import { loadAddon } from "../process/addon.ts";
import { localTime } from "./local-time.ts";
import { isAlive, type ProcessIdentity, thisProcess } from "./machine.ts";
import { defaultRuntimeDirectory, ensureRuntimeDirectory } from "./runtime-directory.ts";

/** A holder that has just taken the lock may not have written yet who it is. */
const HOLDER_TRIES = 4;
const HOLDER_WAIT_MS = 50;

export interface GuardOptions {
  /** What is locked: the same text, the same lock. */
  key: string;
  runtimeDirectory?: string;
  /** What the holder does, for the message to those who are refused: "backup of laptop". */
  describe: string;
}

export interface Guard {
  /** Pass it to a program (as descriptor 3 or above), and the lock holds until that program has ended as well. */
  fd: number;
  file: string;
  release(): void;
}

interface Holder extends Pick<ProcessIdentity, "pid" | "bootId" | "ticks"> {
  started: string;
  describe: string;
}

/**
 * Takes the lock of a key on this machine, or throws AlreadyRunningError that says who has it. It is a lock of the
 * kernel on an open file, as flock(2) takes it, so it is free as soon as this process and everybody who inherited the
 * descriptor are gone, however they ended. The file itself is never removed.
 */
export async function acquireGuard(options: GuardOptions): Promise<Guard> {
  const directory = options.runtimeDirectory ?? defaultRuntimeDirectory();
  ensureRuntimeDirectory(directory);
  const file = join(directory, `${createHash("sha256").update(options.key).digest("hex").slice(0, 16)}.lock`);
  for (;;) {
    const fd = openGuardFile(file);
    try {
      if (!lock(fd, file)) {
        throw await alreadyRunning(file);
      }
      if (isStillThere(fd, file)) {
        writeHolder(fd, options.describe);
        return { fd, file, release: releaseOnce(fd) };
      }
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    closeSync(fd);
  }
}

function openGuardFile(file: string): number {
  try {
    return openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  } catch (error) {
    throw new BakupError(`cannot open the lock file ${file}: ${describeError(error)}`, {
      hint: "see that it is an ordinary file of yours",
      cause: error,
    });
  }
}

/** False when somebody else has the lock. */
function lock(fd: number, file: string): boolean {
  try {
    return loadAddon().lockFile(fd);
  } catch (error) {
    throw new BakupError(`cannot lock ${file}: ${describeError(error)}`, {
      hint: "see that its file system has locks (flock)",
      cause: error,
    });
  }
}

/** False when the file was removed by somebody between its opening and the lock. */
function isStillThere(fd: number, file: string): boolean {
  const [ours, there] = [fstatSync(fd), statSync(file, { throwIfNoEntry: false })];
  return there !== undefined && there.ino === ours.ino && there.dev === ours.dev;
}

/** For the message to others only: the lock is as good without it, should the file system be full. */
function writeHolder(fd: number, describe: string): void {
  const { pid, bootId, ticks } = thisProcess();
  const holder: Holder = { pid, started: new Date().toISOString(), bootId, ticks, describe };
  ftruncateSync(fd);
  try {
    writeSync(fd, `${JSON.stringify(holder)}\n`, 0);
  } catch (error) {
    if (errnoOf(error) !== "ENOSPC") {
      throw error;
    }
  }
}

function releaseOnce(fd: number): () => void {
  let held = true;
  return () => {
    if (held) {
      held = false;
      ftruncateSync(fd);
      closeSync(fd);
    }
  };
}

async function alreadyRunning(file: string): Promise<AlreadyRunningError> {
  let holder = readHolder(file);
  for (let tries = 1; tries < HOLDER_TRIES && (holder === undefined || !isAlive(holder)); tries += 1) {
    await sleep(HOLDER_WAIT_MS);
    holder = readHolder(file);
  }
  if (holder === undefined) {
    return new AlreadyRunningError("already running: another process holds the lock", {
      hint: `wait until it has ended; who has the file open: fuser -v ${file}`,
    });
  }
  const since = localTime(new Date(holder.started));
  if (isAlive(holder)) {
    return new AlreadyRunningError(`already running: ${holder.describe} (process ${holder.pid}, since ${since})`, {
      hint: `wait until it has ended, or stop it: kill ${holder.pid}`,
    });
  }
  return new AlreadyRunningError(
    `already running: ${holder.describe} (process ${holder.pid}, since ${since}) has ended, but a program that it started has not`,
    { hint: `wait until that has ended too; who has the file open: fuser -v ${file}` },
  );
}

function readHolder(file: string): Holder | undefined {
  try {
    const { pid, started, bootId, ticks, describe } = JSON.parse(readFileSync(file, "utf8"));
    const isComplete = Number.isInteger(pid) && !Number.isNaN(Date.parse(started));
    return isComplete ? { pid, started, bootId, ticks, describe: String(describe) } : undefined;
  } catch {
    return undefined;
  }
}
