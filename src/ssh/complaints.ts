import { BakupError, ConfigurationError } from "../errors/errors.ts";
import { formatSshHost, type SshHost } from "./host.ts";

/** Another machine cannot be reached, or does not let us in. */
export class ConnectionError extends BakupError {
  /** Whether another try may help: the connection broke, or the network is not there at this moment. */
  readonly temporary: boolean;
  /** There was no connection to begin with: of use to nobody who was never connected to wait for. */
  readonly unreachable: boolean;

  constructor(message: string, details: { hint?: string; temporary: boolean; unreachable?: boolean }) {
    super(message, details.hint === undefined ? {} : { hint: details.hint });
    this.temporary = details.temporary;
    this.unreachable = details.unreachable === true;
  }
}

interface Explanation {
  applies: RegExp;
  says: (where: string) => string;
  hint: (host: SshHost) => string;
  temporary?: true;
}

const askNetwork = () => "is the machine switched on, and is this machine online?";
const byHand = (host: SshHost) => {
  const port = host.port === undefined ? "" : ` -p ${host.port}`;
  return `ssh${port} ${formatSshHost({ username: host.username, hostname: host.hostname })}`;
};

/** What ssh says (its messages are not translated), the first that applies. */
const EXPLANATIONS: readonly Explanation[] = [
  {
    applies: /REMOTE HOST IDENTIFICATION HAS CHANGED|host key for .* has changed/i,
    says: (where) => `the host key of ${where} has changed: it may be another machine, so nothing was sent`,
    hint: ({ hostname }) =>
      `ask whoever runs it for the fingerprint; only if it is right: ssh-keygen -R ${hostname}, then connect once by hand`,
  },
  {
    applies: /Host key verification failed|No \S+ host key is known for/,
    says: (where) => `the host key of ${where} is not known here, so nothing was sent`,
    hint: (host) =>
      `connect once by hand as the user who runs bakup, and compare the fingerprint before saying yes: ${byHand(host)}`,
  },
  {
    applies: /Permission denied \(|Too many authentication failures|no such identity|UNPROTECTED PRIVATE KEY FILE/,
    says: (where) => `${where} does not accept the ssh key of this user`,
    hint: (host) =>
      `add the public key to ~/.ssh/authorized_keys there, or name the right key with [destination] identity; try it with: ${byHand(host)}`,
  },
  {
    applies: /Bad configuration option|command-line: line 0|[Mm]issing argument|[Uu]nsupported option/,
    says: (where) => `ssh does not understand an option for ${where}`,
    hint: () => "correct ssh_option[] in [destination], or the ssh configuration; see man 5 ssh_config",
  },
  {
    applies: /Could not resolve hostname/,
    says: (where) => `there is no machine named ${where}, or its name cannot be looked up now`,
    hint: () => "check the name, and whether this machine is online",
    temporary: true,
  },
  {
    applies: /Connection refused/,
    says: (where) => `${where} refuses ssh connections`,
    hint: () => "does the ssh server run there, on this port, and does its firewall let us through?",
    temporary: true,
  },
  {
    applies: /[Cc]onnection timed out|No route to host|Network is unreachable|Operation timed out/,
    says: (where) => `${where} cannot be reached`,
    hint: askNetwork,
    temporary: true,
  },
  {
    applies:
      /Broken pipe|[Cc]onnection (?:closed|reset)|Timeout, server .* not responding|kex_exchange_identification|mux_client|Control socket|Session open refused/,
    says: (where) => `the connection to ${where} broke`,
    hint: askNetwork,
    temporary: true,
  },
];

/** The error for an ssh that ended by itself (exit code 255), from what it wrote to its standard error. */
export function explainSsh(host: SshHost, said: readonly string[]): BakupError {
  const where = formatSshHost(host);
  const text = said.join("\n");
  const found = EXPLANATIONS.find(({ applies }) => applies.test(text));
  const line = said.map((each) => each.trim()).findLast((each) => each !== "" && !/^@+$/.test(each));
  const detail = line === undefined ? "" : `: ${line}`;
  if (found === undefined) {
    const hint = `try it by hand: ${byHand(host)}`;
    return new ConnectionError(`ssh to ${where} failed${detail}`, { hint, temporary: line === undefined });
  }
  const message = `${found.says(where)}${detail}`;
  return found.hint(host).startsWith("correct ssh_option")
    ? new ConfigurationError(message, { hint: found.hint(host) })
    : new ConnectionError(message, { hint: found.hint(host), temporary: found.temporary === true });
}
