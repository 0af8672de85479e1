import { statSync } from "node:fs";
import { join } from "node:path";
import type { SshTunnel } from "../destination/destination.ts";
import { errnoOf } from "../errors/describe.ts";
import { ConfigurationError } from "../errors/errors.ts";

/** How another machine is reached, as far as the location does not say. */
export interface Reach {
  /** ssh's own options, `Keyword=value`. */
  sshOptions?: readonly string[];
  /** File of the private key. */
  identity?: string | undefined;
  /** Work there with superuser privileges, by sudo when the user is not root. Default: yes. */
  sudo?: boolean;
  /** To the rsync daemon. */
  tunnel?: SshTunnel | undefined;
  /** For the rsync daemon: an absolute path, or credential:NAME. */
  passwordFile?: string | undefined;
  /** Ask the daemon to ignore its schedule, which it may refuse. */
  force?: boolean;
  /** Where nothing but rsync works, be content with the transfer: snapshots are that machine's business. */
  transferIsEnough?: boolean;
  /** How long to wait, in seconds, before each new try after a connection broke. */
  retrySeconds?: readonly number[];
}

export const RETRY_SECONDS = [2, 10, 30] as const;

const CREDENTIAL = "credential:";
const READABLE_BY_OTHERS = 0o007;

/** rsync's arguments for the daemon's password, which is never in an argument itself. @throws ConfigurationError */
export function passwordArguments(passwordFile: string | undefined, env: NodeJS.ProcessEnv = process.env): string[] {
  if (passwordFile === undefined) {
    return [];
  }
  const file = fileOf(passwordFile, env);
  let status: ReturnType<typeof statSync>;
  try {
    status = statSync(file);
  } catch (error) {
    throw new ConfigurationError(`the password file ${file} cannot be read: ${errnoOf(error)}`, {
      hint: "password_file in [destination] names a file that holds the password and nothing else",
    });
  }
  if (!status?.isFile() || (Number(status.mode) & READABLE_BY_OTHERS) !== 0) {
    throw new ConfigurationError(`the password file ${file} is readable by everybody, or is no file`, {
      hint: `chmod 600 ${file}`,
    });
  }
  return [`--password-file=${file}`];
}

function fileOf(passwordFile: string, env: NodeJS.ProcessEnv): string {
  if (!passwordFile.startsWith(CREDENTIAL)) {
    return passwordFile;
  }
  const name = passwordFile.slice(CREDENTIAL.length);
  if (!env.CREDENTIALS_DIRECTORY) {
    throw new ConfigurationError(`the credential ${name} is not there: $CREDENTIALS_DIRECTORY is not set`, {
      hint: `run bakup from its systemd unit with LoadCredential=${name}, or name a file as password_file`,
    });
  }
  return join(env.CREDENTIALS_DIRECTORY, name);
}
