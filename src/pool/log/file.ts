import { chmodSync, chownSync, closeSync, openSync, writeSync } from "node:fs";
import { describeError, errnoOf } from "../../errors/describe.ts";
import { visible } from "../../journal/visible.ts";
import { findAccount, findGroup, type Ownership } from "../account.ts";
import { PoolError } from "../errors.ts";
import { POOL_EXIT } from "../exit-codes.ts";
import type { LogLevel } from "./log.ts";

export const DEFAULT_LOG_FILE = "/var/log/bakup-pool.log";
export const DEFAULT_LOG_OWNER = "root:adm";
export const DEFAULT_LOG_MODE = "640";

export interface LogFile {
  /** One line as Cedar Backup writes it: "2027-03-02T01:00:00 UTC --> [INFO   ] text". */
  line(level: LogLevel, text: string): void;
  /** Text of other programs, as it is. */
  raw(text: string): void;
  close(): void;
}

/**
 * Opens the log file, to add to it. Only a new one gets the mode and the owner; an owner that does not exist, or that
 * may not be given, leaves it with whoever runs the program. @throws PoolError (3) when it cannot be written.
 */
export function openLogFile(path: string, { mode, owner }: { mode: number; owner: Ownership }): LogFile {
  const { fd, isNew } = open(path);
  if (isNew) {
    chmodSync(path, mode);
    giveAway(path, owner);
  }
  return {
    line: (level, text) => {
      const time = new Date().toISOString().slice(0, 19);
      write(fd, `${time} UTC --> [${level.padEnd(7)}] ${visible(text)}\n`);
    },
    raw: (text) => write(fd, text === "" || text.endsWith("\n") ? text : `${text}\n`),
    close: () => closeSync(fd),
  };
}

function open(path: string): { fd: number; isNew: boolean } {
  try {
    return { fd: openSync(path, "ax", 0o600), isNew: true };
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") {
      throw unwritable(path, error);
    }
  }
  try {
    return { fd: openSync(path, "a"), isNew: false };
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): PoolError {
  return new PoolError(POOL_EXIT.logging, `cannot write the log file ${path}: ${describeError(error)}`, {
    hint: "make its folder, or name another file with --logfile",
  });
}

function giveAway(path: string, { user, group }: Ownership): void {
  const uid = findAccount(user)?.uid;
  const gid = findGroup(group);
  if (uid === undefined || gid === undefined) {
    return;
  }
  try {
    chownSync(path, uid, gid);
  } catch {
    // Only root may: the file stays with this user.
  }
}

/** The log is no reason for a backup to fail: what a full disk does not take is lost. */
function write(fd: number, text: string): void {
  try {
    writeSync(fd, text);
  } catch (error) {
    if (errnoOf(error) !== "ENOSPC") {
      throw error;
    }
  }
}
