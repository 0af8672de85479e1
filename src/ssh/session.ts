import { randomBytes } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { defaultRuntimeDirectory, ensureRuntimeDirectory } from "../lock/runtime-directory.ts";
import { type CommandOptions, type CommandResult, runCommand } from "../process/command.ts";
import { type Background, startInBackground } from "./background.ts";
import { ConnectionError, explainSsh } from "./complaints.ts";
import { formatSshHost, rsyncShell, type SshHost, sshArguments } from "./host.ts";

const POLL_MS = 20;
/** Far more than a login takes; ssh gives up the connection itself much earlier. */
const LOGIN_LIMIT_MS = 90_000;

/** What ssh itself returns when it, and not the command there, has failed. */
export const SSH_FAILED = 255;

/** One connection to another machine, which all commands of a run share. */
export interface SshSession {
  readonly host: SshHost;
  /** For people: `user@host`. */
  readonly where: string;
  /** Runs a command line there, read by the login shell. A failure of the connection has the exit code SSH_FAILED. */
  run(command: string, options?: Pick<CommandOptions, "input" | "signal" | "onStdout">): Promise<CommandResult>;
  /** What rsync's -e must be to use the same connection. */
  rsyncShell(): string;
  /** A new connection in place of one that broke. @throws ConnectionError */
  reconnect(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * Logs in to another machine and keeps the connection open. Its socket lies in our own folder of the runtime directory
 * (0700); the connection ends with this process.
 * @throws ConnectionError that says what to do: unknown or changed host key, wrong key, machine not there.
 */
export async function openSession(host: SshHost, signal?: AbortSignal): Promise<SshSession> {
  const where = formatSshHost(host);
  let connection = await connect(host, signal);
  const words = () => ["ssh", ...sshArguments(host, ["ControlMaster=no", `ControlPath=${connection.socket}`])];
  return {
    host,
    where,
    rsyncShell: () => rsyncShell(words()),
    run: (command, options = {}) => {
      const [file = "ssh", ...args] = words();
      return runCommand(file, [...args, "-T", "--", host.hostname, command], options);
    },
    async reconnect(newSignal) {
      await disconnect(connection);
      connection = await connect(host, newSignal);
    },
    close: () => disconnect(connection),
  };
}

interface Connection {
  socket: string;
  master: Background;
}

/** ssh removes its socket itself, unless it was killed. */
async function disconnect({ socket, master }: Connection): Promise<void> {
  await master.stop();
  rmSync(socket, { force: true });
}

async function connect(host: SshHost, signal?: AbortSignal): Promise<Connection> {
  const directory = defaultRuntimeDirectory();
  ensureRuntimeDirectory(directory);
  const socket = join(directory, `ssh-${randomBytes(6).toString("hex")}`);
  const mustHold = ["ControlMaster=yes", `ControlPath=${socket}`, "ControlPersist=no", "ForwardAgent=no"];
  const args = [...sshArguments(host, mustHold), "-N", "-T", "--", host.hostname];
  const master = await startInBackground(["ssh", ...args]);
  const deadline = Date.now() + LOGIN_LIMIT_MS;
  while (!existsSync(socket)) {
    if (master.exitCode() !== undefined) {
      throw explainSsh(host, master.said);
    }
    if (signal?.aborted || Date.now() > deadline) {
      await master.stop();
      signal?.throwIfAborted();
      throw new ConnectionError(`${formatSshHost(host)} does not finish the login`, {
        hint: `try it by hand: ssh ${formatSshHost(host)}`,
        temporary: true,
      });
    }
    await sleep(POLL_MS);
  }
  return { socket, master };
}
