import { ParentDirectoryUnavailable } from "../errors/errors.ts";
import { formatLocation, type Location, parseLocation, RSYNCD_PORT } from "./location.ts";

/** An ssh tunnel to a host with an rsync daemon, as far as a destination needs to know it. */
export interface SshTunnel {
  localPort: number;
  open(): Promise<void>;
  close(): Promise<void>;
}

/** What a destination can be made from: an expression, single properties, or an expression and changes to it. */
export interface DestinationOptions {
  expression?: string;
  directory?: string;
  hostname?: string | null;
  module?: string | null;
  parentDirectory?: string;
  portNumber?: number;
  sshTunnel?: SshTunnel | null;
  username?: string | null;
}

/**
 * A place where backups are stored, with parts that can be changed before rsync gets it. Succeeds the class of this
 * name in rsync-system-backup; `open` and `close` stand for its context manager.
 *
 * @throws InvalidDestinationError when an expression cannot be read.
 */
export class Destination {
  /** The directory on the destination's machine, or in the daemon's module. */
  directory = "";
  /** The name or address of another machine; null for this one. */
  hostname: string | null = null;
  /** The module of an rsync daemon; null when there is no daemon. */
  module: string | null = null;
  username: string | null = null;
  sshTunnel: SshTunnel | null = null;
  #portNumber: number | undefined;
  #parentDirectory: string | undefined;

  constructor({ expression, parentDirectory, ...parts }: DestinationOptions) {
    if (expression !== undefined) {
      this.expression = expression;
    }
    Object.assign(this, parts);
    if (parentDirectory !== undefined) {
      this.parentDirectory = parentDirectory;
    }
  }

  /** The destination in rsync's syntax, computed from the parts; setting it sets the parts. */
  get expression(): string {
    return formatLocation(this.location);
  }

  set expression(expression: string) {
    const location = parseLocation(expression);
    this.directory = location.directory;
    this.hostname = location.kind === "local" ? null : location.hostname;
    this.username = location.kind === "local" ? null : location.username;
    this.module = location.kind === "daemon" ? location.module : null;
    this.#portNumber = location.kind === "daemon" && location.port !== RSYNCD_PORT ? location.port : undefined;
  }

  /** The parts as they are now, as a value that `kind` tells apart. */
  get location(): Location {
    const { directory, hostname, module, username } = this;
    if (module !== null) {
      return { kind: "daemon", username, hostname: hostname ?? "localhost", port: this.portNumber, module, directory };
    }
    return hostname === null ? { kind: "local", directory } : { kind: "ssh", username, hostname, directory };
  }

  /** The port of the rsync daemon: the one that was given, else the tunnel's local end, else 873. */
  get portNumber(): number {
    return this.#portNumber ?? this.sshTunnel?.localPort ?? RSYNCD_PORT;
  }

  set portNumber(port: number) {
    this.#portNumber = port;
  }

  /**
   * The directory that holds the destination's directory, where snapshots go; "." for a bare name.
   *
   * @throws ParentDirectoryUnavailable when the directory is empty or "/".
   */
  get parentDirectory(): string {
    return this.#parentDirectory ?? parentOfDirectory(this.directory, this.expression);
  }

  set parentDirectory(directory: string) {
    this.#parentDirectory = directory;
  }

  /** Opens the tunnel, when there is one. */
  async open(): Promise<void> {
    await this.sshTunnel?.open();
  }

  /** Closes the tunnel, when there is one. */
  async close(): Promise<void> {
    await this.sshTunnel?.close();
  }
}

function parentOfDirectory(directory: string, expression: string): string {
  const trimmed = directory.replace(/\/+$/, "");
  if (trimmed === "") {
    throw new ParentDirectoryUnavailable(`the destination "${expression}" has no parent directory for snapshots`, {
      hint: "use a folder of its own for the mirror, such as /mnt/backup/laptop/latest",
    });
  }
  const slash = trimmed.lastIndexOf("/");
  return slash === -1 ? "." : trimmed.slice(0, slash).replace(/\/+$/, "") || "/";
}
