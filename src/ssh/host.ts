/** Another machine, and what ssh must know to get there. What is not said here is in the user's ssh configuration. */
export interface SshHost {
  username: string | null;
  /** A name, an alias of the ssh configuration or an address; IPv6 without brackets. */
  hostname: string;
  port?: number;
  /** `Keyword=value` of ssh_config(5). */
  options?: readonly string[];
  /** File of the private key. */
  identity?: string | undefined;
}

/** Nobody is there to be asked: what would be a question fails with a message. */
const WITHOUT_QUESTIONS = "BatchMode=yes";

/** Unless the user's options say otherwise: a dead connection is noticed within a minute. */
const DEFAULTS = ["ConnectTimeout=10", "ServerAliveInterval=15", "ServerAliveCountMax=4"];

/**
 * The arguments of ssh that lead to a host, up to the host's name, which the caller adds after "--". In ssh the first
 * value of an option wins: ours that must hold, the user's, our defaults. How host keys are checked is never changed, so
 * an unknown or changed one is refused unless the user's configuration says otherwise.
 */
export function sshArguments(host: SshHost, mustHold: readonly string[] = []): string[] {
  const { username, port, identity, options = [] } = host;
  const asOptions = (values: readonly string[]) => values.flatMap((value) => ["-o", value]);
  return [
    ...asOptions([WITHOUT_QUESTIONS, ...mustHold, ...options]),
    ...(identity === undefined ? [] : ["-i", identity, "-o", "IdentitiesOnly=yes"]),
    ...asOptions(DEFAULTS),
    ...(port === undefined ? [] : ["-p", String(port)]),
    ...(username === null ? [] : ["-l", username]),
  ];
}

/** For people: `user@host`. */
export function formatSshHost({ username, hostname, port }: SshHost): string {
  const name = hostname.includes(":") ? `[${hostname}]` : hostname;
  return `${username === null ? "" : `${username}@`}${name}${port === undefined ? "" : `:${port}`}`;
}

/** A command line as rsync's -e wants it: one text, blanks between words, quotes doubled inside quotes. */
export function rsyncShell(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "''")}'`)).join(" ");
}
