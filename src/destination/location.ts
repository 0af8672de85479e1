import { explainInvalidLocation } from "./explain.ts";
import {
  ADVANCED_DAEMON_DESTINATION,
  DESTINATION_PATTERNS,
  SIMPLE_DAEMON_DESTINATION,
  SSH_DESTINATION,
} from "./patterns.ts";

/** The port of the rsync daemon, unless another one is given. */
export const RSYNCD_PORT = 873;

/** Where a backup goes: a directory here, a directory over ssh, or a directory in a module of an rsync daemon. */
export type Location =
  | { kind: "local"; directory: string }
  | { kind: "ssh"; username: string | null; hostname: string; directory: string }
  | {
      kind: "daemon";
      username: string | null;
      hostname: string;
      port: number;
      module: string;
      directory: string;
    };

/**
 * Reads a location by rsync's own rules. IPv6 addresses stand in brackets, which are not part of `hostname`.
 *
 * @throws InvalidDestinationError for what rsync would misread or refuse: no host, no module, an address of another
 * kind (`ssh://`), a leading dash, a password.
 */
export function parseLocation(text: string): Location {
  for (const pattern of DESTINATION_PATTERNS) {
    const groups = pattern.exec(text)?.groups;
    const location = groups === undefined ? undefined : toLocation(pattern, groups);
    if (location !== undefined) {
      return location;
    }
  }
  throw explainInvalidLocation(text);
}

function toLocation(pattern: RegExp, groups: Record<string, string | undefined>): Location | undefined {
  if (groups.address !== undefined && !isIPv6(groups.address)) {
    return undefined;
  }
  const directory = groups.directory ?? "";
  const username = groups.username ?? null;
  const hostname = groups.address ?? groups.hostname ?? "";
  switch (pattern) {
    case ADVANCED_DAEMON_DESTINATION:
    case SIMPLE_DAEMON_DESTINATION: {
      const port = groups.port === undefined ? RSYNCD_PORT : Number(groups.port);
      const location = { kind: "daemon", username, hostname, port, module: groups.module ?? "", directory } as const;
      return port > 0 && port < 65_536 ? location : undefined;
    }
    case SSH_DESTINATION:
      return { kind: "ssh", username, hostname, directory };
    default:
      return { kind: "local", directory };
  }
}

/** By the parser of URLs, which costs no module at start-up; it knows no zones (`%eth0`). */
function isIPv6(address: string): boolean {
  return URL.canParse(`http://[${address.replace(/%.*/, "")}]/`);
}

/** A location in rsync's syntax; `parseLocation` reads the same location back. */
export function formatLocation(location: Location): string {
  switch (location.kind) {
    case "local":
      return /^[^/]*:|^-/.test(location.directory) ? `./${location.directory}` : location.directory;
    case "ssh":
      return `${formatHost(location)}:${location.directory.replace(/^\/{2,}/, "/").replace(/^:/, "./:")}`;
    case "daemon": {
      const port = location.port === RSYNCD_PORT ? "" : `:${location.port}`;
      const directory = location.directory === "" ? "" : `/${location.directory}`;
      return `rsync://${formatHost(location)}${port}/${location.module}${directory}`;
    }
  }
}

function formatHost({ username, hostname }: { username: string | null; hostname: string }): string {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return username === null ? host : `${username}@${host}`;
}
