import { AlreadyRunningError, BakupError, TransferError } from "../errors/errors.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { ConnectionError, explainSsh } from "../ssh/complaints.ts";
import type { SshHost } from "../ssh/host.ts";
import { RsyncFailedError } from "../transfer/rsync.ts";

/** The daemon's own schedule says that an upload is not due: nothing is wrong. */
export class RefusedAsNotDueError extends BakupError {
  override readonly exitCode = EXIT.skipped;
}

/** How a server that finds an upload too early begins its answer, wherever rsync puts it in a line. */
const NOT_DUE = /bakup: not due: *(.*)/;
/** The same when another upload is under way. */
const BUSY = /bakup: busy: *(.*)/;

/** rsync's codes for a connection that broke or could not be made: socket, protocol stream, timeouts, remote shell. */
const CONNECTION_CODES: readonly (number | null)[] = [10, 12, 30, 35, 255];

interface Explanation {
  applies: RegExp;
  says: (where: string, found: RegExpExecArray) => string;
  hint: string;
  temporary?: true;
}

/** What rsync says of the other side, the first that applies. */
const EXPLANATIONS: readonly Explanation[] = [
  {
    applies: /No space left on device|Disk quota exceeded/,
    says: (where) => `the disk of ${where} is full`,
    hint: "free space or inodes there, or keep fewer snapshots; what was copied stays, and the next run goes on",
  },
  {
    applies: /Unknown module '([^']*)'/,
    says: (where, [, module]) => `${where} has no module "${module}"`,
    hint: "check the name; the daemon's modules are listed by: rsync HOST::",
  },
  {
    applies: /auth failed on module (\S+)/,
    says: (where, [, module]) => `${where} does not accept the user or the password for its module "${module}"`,
    hint: "check the user in the location, [destination] password_file (or $RSYNC_PASSWORD), and the daemon's secrets file",
  },
  {
    applies: /module is read only/,
    says: (where) => `the module of ${where} is read-only`,
    hint: "set read only = no for this module in rsyncd.conf there",
  },
  {
    applies: /access denied to (\S+)/,
    says: (where, [, module]) => `${where} denies this machine access to its module "${module}"`,
    hint: "see hosts allow and hosts deny in rsyncd.conf there",
  },
  {
    applies: /max connections \(\d+\) reached/,
    says: (where) => `${where} has too many connections`,
    hint: "an upload may still be running there; see max connections in rsyncd.conf",
    temporary: true,
  },
  {
    applies: /@ERROR: (?:chdir|chroot) failed/,
    says: (where) => `the folder of the module of ${where} is missing or may not be entered`,
    hint: "is the backup disk there mounted? See path and uid in rsyncd.conf",
  },
  {
    applies: /@ERROR: (.*)/,
    says: (where, [, reason]) => `${where} refuses: ${reason}`,
    hint: "see the daemon's log, and rsyncd.conf there",
  },
  {
    applies: /rrsync error: (.*)/,
    says: (where, [, reason]) => `the forced command of ${where} refuses: ${reason}`,
    hint: "see the line of this key in authorized_keys there, and bakup-receive(7)",
  },
  {
    applies: /password file|secrets file/,
    says: () => "rsync cannot use the password file",
    hint: "it must belong to the user who runs bakup, and nobody else may read it: chmod 600",
  },
  {
    applies: /sudo: (.*password.*|.*not found.*|.*not allowed.*)/,
    says: (where, [, reason]) => `sudo on ${where} refuses: ${reason}`,
    hint: "log in as root, allow sudo without a password there, or do without: sudo = no, or --no-sudo",
  },
  {
    applies: /rsync: (?:command )?not found|rsync: No such file or directory/,
    says: (where) => `there is no rsync on ${where}`,
    hint: "install rsync there",
  },
  {
    applies: /bakup: the store is gone/,
    says: (where) => `the store of ${where} has gone away`,
    hint: "is the backup disk there still mounted?",
    temporary: true,
  },
  {
    applies: /is your shell clean/,
    says: (where) => `the login shell of ${where} prints text of its own, which rsync cannot bear`,
    hint: "let ~/.bashrc and the like print only when there is a terminal; or a forced command there is no rsync",
  },
  {
    applies: /\[(?:R|r)eceiver\] .*(?:Permission denied|Operation not permitted)/,
    says: (where) => `the user of ${where} may not write there`,
    hint: "log in as root, allow sudo there, or give the folder to this user",
  },
  {
    applies: /\[(?:R|r)eceiver\] .*Read-only file system/,
    says: (where) => `the file system of ${where} is mounted read-only`,
    hint: "look at the disk there",
  },
];

/**
 * What it means that rsync failed to work with another machine: the same error in words that say where and what to do.
 * A broken connection becomes a ConnectionError, which may be tried again. Any other error stays as it is.
 */
export function explainRsync(error: unknown, where: string, host?: SshHost): unknown {
  if (!(error instanceof RsyncFailedError)) {
    return error;
  }
  const { said, rsyncCode } = error;
  const text = said.join("\n");
  const notDue = NOT_DUE.exec(text);
  if (notDue !== null) {
    return new RefusedAsNotDueError(`${where} says: not due: ${(notDue[1] ?? "").trim()}`);
  }
  const busy = BUSY.exec(text);
  if (busy !== null) {
    return new AlreadyRunningError(`${where} says: ${(busy[1] ?? "").trim()}`, { hint: "wait until it has ended" });
  }
  for (const { applies, says, hint, temporary } of EXPLANATIONS) {
    const found = applies.exec(text);
    if (found !== null) {
      const message = `${says(where, found)} (rsync: ${found[0].trim()})`;
      return temporary ? new ConnectionError(message, { hint, temporary }) : new TransferError(message, { hint });
    }
  }
  if (!CONNECTION_CODES.includes(rsyncCode)) {
    return error;
  }
  const ofSsh = said.filter((line) => !/^rsync(?:: | error|\()/.test(line));
  if (host !== undefined && rsyncCode === 255 && ofSsh.length > 0) {
    return explainSsh(host, ofSsh);
  }
  const first = said.find((line) => line.trim() !== "");
  const refused = /failed to connect|getaddrinfo/.test(text);
  return new ConnectionError(
    `${refused ? `${where} cannot be reached` : `the connection to ${where} broke`}${first === undefined ? "" : `: ${first}`}`,
    {
      hint: refused ? "is the daemon running there, and is this machine online?" : "the next run goes on",
      temporary: true,
      unreachable: refused,
    },
  );
}
