import { basename, dirname, resolve } from "node:path";
import { isatty } from "node:tty";
import { Destination } from "../destination/destination.ts";
import { type Location, parseLocation } from "../destination/location.ts";
import { cleartextOf, isDeviceThere } from "../disk/block.ts";
import { type CrypttabEntry, readCrypttab } from "../disk/crypttab.ts";
import { isMounted } from "../disk/mounts.ts";
import { fileOf, parseTag } from "../disk/name.ts";
import { BakupError, InvalidDestinationDirectory, InvalidDestinationError, UsageError } from "../errors/errors.ts";
import { EXIT } from "../errors/exit-codes.ts";
import type { Journal } from "../journal/journal.ts";
import { contains } from "../path/containment.ts";
import { DEFAULT_ROTATION_SCHEME, type RotationScheme } from "../retention/scheme.ts";
import { DEFAULT_GUARD_LIMITS } from "../transfer/guard.ts";
import type { RsyncContext } from "../transfer/rsync.ts";
import { DEFAULT_EXCLUDED_ROOTS } from "../transfer/rsync-args.ts";
import { type Notification, notifyDesktop } from "../watch/notify.ts";
import { endNotification, STARTING, titleOf } from "./announce.ts";
import { newContext, type RunContext, undoAll } from "./context.ts";
import { daemonHasNoSnapshots } from "./daemon-destination.ts";
import { findBackupDisk, mountBackupDisk, unlockBackupDisk } from "./disk.ts";
import { executeJob, type RunReport } from "./execute.ts";
import { DEFAULT_WALK_RULES, type Job } from "./job.ts";
import { checkPlatform } from "./platform.ts";
import type { Reach } from "./reach.ts";
import { needsSudo } from "./sudo.ts";
import { tunnelTo } from "./tunnel-to.ts";

export interface SystemBackupOptions {
  /** Where the backup is stored; $RSYNC_MODULE_PATH by default, which is always a local folder. */
  destination?: string | Destination;
  /** The folder to back up. Default: "/". */
  source?: string;
  backupEnabled?: boolean;
  snapshotEnabled?: boolean;
  rotateEnabled?: boolean;
  /** Name of the encrypted disk to unlock. Default: none. */
  cryptoDevice?: string;
  /** Where to mount the backup disk. Default: nowhere. */
  mountPoint?: string;
  /** `[USER@]HOST[:PORT]` to reach an rsync daemon through. Default: none. */
  tunnel?: string;
  dryRun?: boolean;
  /** rsync patterns. Default: none. */
  excludeList?: readonly string[];
  /** Patterns compared with absolute paths. Default: `DEFAULT_EXCLUDED_ROOTS`. */
  excludedRoots?: readonly string[];
  /** Stay on the source's file system. Default: true. */
  oneFileSystem?: boolean;
  /** Run on a system that is not Linux. Default: false. */
  force?: boolean;
  ionice?: RsyncContext["ionice"];
  /** Default: true, except in a dry run. */
  notificationsEnabled?: boolean;
  rotationScheme?: RotationScheme;
  /** Use sudo when not root, here and over ssh. Default: true. */
  sudoEnabled?: boolean;
  /** ssh's own options, as in "Port=2222". Default: none; the user's ssh configuration holds anyway. */
  sshOptions?: readonly string[];
  /** File of the private key for ssh. Default: as the user's ssh configuration says. */
  identity?: string;
  /** Holds the password for an rsync daemon; or credential:NAME. Default: none. */
  passwordFile?: string;
  /** A person sits at the terminal: may be asked for a passphrase. Default: whether there is a terminal. */
  interactive?: boolean;
  /** Receives the log; nothing is written without one. */
  journal?: Journal;
}

/** How long something took, in seconds: what the notifications speak of. */
export interface Timer {
  startedAt: Date;
  finishedAt: Date;
}

/**
 * One backup: bring a mirror up to date, take a snapshot of it, rotate old snapshots. The whole interface of
 * rsync-system-backup's RsyncSystemBackup, in TypeScript's manner; bakup(3) has the table of names.
 */
export class SystemBackup {
  destination: Destination;
  source: string;
  backupEnabled: boolean;
  snapshotEnabled: boolean;
  rotateEnabled: boolean;
  cryptoDevice: string | undefined;
  mountPoint: string | undefined;
  tunnel: string | undefined;
  dryRun: boolean;
  excludeList: readonly string[];
  excludedRoots: readonly string[];
  oneFileSystem: boolean;
  force: boolean;
  ionice: RsyncContext["ionice"];
  notificationsEnabled: boolean;
  rotationScheme: RotationScheme;
  sudoEnabled: boolean;
  sshOptions: readonly string[];
  identity: string | undefined;
  passwordFile: string | undefined;
  interactive: boolean;
  private readonly journal: Journal | undefined;

  /** @throws InvalidDestinationError when no destination is given or it cannot be parsed. */
  constructor(options: SystemBackupOptions = {}) {
    this.destination = destinationOf(options.destination);
    this.source = options.source ?? "/";
    this.backupEnabled = options.backupEnabled ?? true;
    this.snapshotEnabled = options.snapshotEnabled ?? true;
    this.rotateEnabled = options.rotateEnabled ?? true;
    this.cryptoDevice = options.cryptoDevice;
    this.mountPoint = options.mountPoint;
    this.tunnel = options.tunnel;
    this.dryRun = options.dryRun ?? false;
    this.excludeList = options.excludeList ?? [];
    this.excludedRoots = options.excludedRoots ?? DEFAULT_EXCLUDED_ROOTS;
    this.oneFileSystem = options.oneFileSystem ?? true;
    this.force = options.force ?? false;
    this.ionice = options.ionice;
    this.notificationsEnabled = options.notificationsEnabled ?? !this.dryRun;
    this.rotationScheme = options.rotationScheme ?? DEFAULT_ROTATION_SCHEME;
    this.sudoEnabled = options.sudoEnabled ?? true;
    this.sshOptions = options.sshOptions ?? [];
    this.identity = options.identity;
    this.passwordFile = options.passwordFile;
    this.interactive = options.interactive ?? isatty(0);
    this.journal = options.journal;
  }

  /** The name under which the log knows this backup: that of the store's folder. */
  get name(): string {
    return basename(dirname(resolve(this.destination.directory))) || "backup";
  }

  /**
   * Does the enabled actions, with notifications before and after.
   * @throws BakupError when the run does not end well; an incomplete snapshot is no error.
   */
  async execute(): Promise<RunReport> {
    this.ensureSupportedPlatform();
    return orThrow(await this.run({}, { notifications: this.notificationsEnabled }));
  }

  /** The work of `execute` without the notifications and the check of the platform. */
  async executeHelper(): Promise<RunReport> {
    return orThrow(await this.run({}));
  }

  /** Brings the mirror up to date with rsync. @throws InvalidDestinationDirectory, GuardError, TransferError */
  async transferChanges(): Promise<RunReport> {
    return orThrow(await this.run({ backup: true, snapshot: false, rotate: false }));
  }

  /** Takes a snapshot of the mirror. @throws DestinationContextUnavailable, ParentDirectoryUnavailable */
  async createSnapshot(): Promise<RunReport> {
    return orThrow(await this.run({ backup: false, snapshot: true, rotate: false }));
  }

  /** Removes what the rotation scheme does not keep. @throws as `createSnapshot` */
  async rotateSnapshots(): Promise<RunReport> {
    return orThrow(await this.run({ backup: false, snapshot: false, rotate: true }));
  }

  /**
   * Unlocks the encrypted disk, if there is one and it is locked.
   * @returns what locks it again, if this call unlocked it.
   * @throws MissingBackupDiskError, FailedToUnlockError
   */
  async unlockDevice(): Promise<UndoDisk> {
    return this.cryptoDevice === undefined ? nothingToUndo : this.openDisk([unlockBackupDisk]);
  }

  /**
   * Mounts the backup disk, if a mount point is set and nothing is mounted there; unlocks it first when that is needed.
   * @returns what puts back what this call did.
   * @throws MissingBackupDiskError, FailedToUnlockError, FailedToMountError
   */
  async mountFilesystem(): Promise<UndoDisk> {
    return this.mountPoint === undefined ? nothingToUndo : this.openDisk([unlockBackupDisk, mountBackupDisk]);
  }

  /** Whether something is mounted on the mount point. */
  get mountPointActive(): boolean {
    return this.mountPoint !== undefined && isMounted(this.mountPoint);
  }

  /** Whether the encrypted disk is there. */
  get cryptoDeviceAvailable(): boolean {
    return this.cryptoFile !== undefined && isDeviceThere(this.cryptoFile);
  }

  /** Whether the encrypted disk is unlocked. */
  get cryptoDeviceUnlocked(): boolean {
    return this.cryptoFile !== undefined && cleartextOf(this.cryptoFile) !== undefined;
  }

  /** The entry of the encrypted disk in /etc/crypttab. */
  get crypttabEntry(): CrypttabEntry | undefined {
    return readCrypttab().find(({ name }) => name === this.cryptoDevice);
  }

  /** Where the source is read: always this machine. */
  get sourceContext(): "local" {
    return "local";
  }

  /**
   * Where commands for the destination run: on this machine, or over ssh.
   * @throws DestinationContextUnavailable for an rsync daemon
   */
  get destinationContext(): "local" | "ssh" {
    const { kind } = this.destination.location;
    if (kind === "daemon") {
      throw daemonHasNoSnapshots(this.destination.expression);
    }
    return kind;
  }

  /** @returns a warning when this is not Linux and `force` is on. @throws UnsupportedPlatformError */
  ensureSupportedPlatform(): string | undefined {
    return checkPlatform(this.force);
  }

  async notifyStarting(): Promise<void> {
    await this.notify({ body: STARTING, urgency: "normal" });
  }

  async notifyFinished(timer: Timer): Promise<void> {
    await this.notify(endNotification(EXIT.done, secondsOf(timer)));
  }

  async notifyFailed(timer: Timer): Promise<void> {
    await this.notify(endNotification(EXIT.failed, secondsOf(timer)));
  }

  /** Whether the work must be handed to sudo. */
  get needsSudo(): boolean {
    return needsSudo(this.sudoEnabled);
  }

  /** How this very program is started again. */
  sudoCommand(): string[] {
    return [process.execPath, ...process.execArgv, process.argv[1] ?? ""];
  }

  /**
   * What a run of this backup is to do.
   * @throws DestinationContextUnavailable before any transfer, InvalidDestinationDirectory
   */
  job(actions: Partial<Job["actions"]> = {}): Job {
    const location = this.destination.location;
    const wanted = {
      backup: this.backupEnabled,
      snapshot: this.snapshotEnabled,
      rotate: this.rotateEnabled,
      ...actions,
    };
    this.checkDestination(location, wanted);
    return {
      profile: { id: "0", name: this.name },
      source: this.source,
      sourceMustBeMounted: false,
      destination: location,
      location: this.destination.expression,
      filters: { excludedRoots: this.excludedRoots, exclude: this.excludeList, oneFileSystem: this.oneFileSystem },
      actions: wanted,
      rotation: { scheme: this.rotationScheme, relaxed: false, preferRecent: false, include: [], exclude: [] },
      guard: DEFAULT_GUARD_LIMITS,
      walk: DEFAULT_WALK_RULES,
      skipUnchanged: false,
      ionice: this.ionice,
      callback: undefined,
      disk: { crypto: this.cryptoDevice, mount: this.mountPoint },
      interactive: this.interactive,
      notifications: this.notificationsEnabled,
      schedule: undefined,
      watchesClock: wanted.rotate ? "destination" : undefined,
      dryRun: this.dryRun,
      reach: this.reach(location),
    };
  }

  private reach(location: Location): Reach {
    const { sshOptions, identity, passwordFile, sudoEnabled: sudo } = this;
    const own = location.kind === "daemon" && this.tunnel !== undefined;
    const tunnel = own ? tunnelTo(this.tunnel ?? "", location, { sshOptions, identity }) : this.destination.sshTunnel;
    return { sshOptions, identity, passwordFile, sudo, tunnel: tunnel ?? undefined };
  }

  private checkDestination(location: Location, actions: Job["actions"]): void {
    if (location.kind === "daemon" && (actions.snapshot || actions.rotate)) {
      throw daemonHasNoSnapshots(this.destination.expression);
    }
    const { mountPoint } = this;
    if (mountPoint !== undefined && location.kind === "local" && !contains(mountPoint, location.directory)) {
      throw new InvalidDestinationDirectory(`${location.directory} does not lie under the mount point ${mountPoint}`);
    }
    if (this.tunnel !== undefined && location.kind !== "daemon") {
      throw new UsageError(`a tunnel leads to an rsync daemon, and ${this.destination.expression} is none`, {
        hint: "leave --tunnel out, or name a module: HOST::MODULE/DIRECTORY",
      });
    }
  }

  private async run(
    actions: Partial<Job["actions"]>,
    { notifications }: Pick<Job, "notifications"> = { notifications: false },
  ): Promise<RunReport> {
    if (this.needsSudo) {
      throw new BakupError("superuser privileges are needed, and the library does not call sudo by itself", {
        hint: "run it as root, set sudoEnabled to false, or use the command bakup backup",
      });
    }
    return executeJob({ ...this.job(actions), notifications }, { journal: this.journal ?? SILENT });
  }

  /** Finds the disk and does some of a run's steps with it. */
  private async openDisk(steps: readonly ((context: RunContext) => Promise<void>)[]): Promise<UndoDisk> {
    const context = newContext(this.job(), { journal: this.journal ?? SILENT });
    try {
      for (const step of [findBackupDisk, ...steps]) {
        await step(context);
      }
    } catch (error) {
      await undoAll(context);
      throw error;
    }
    return () => undoAll(context);
  }

  /** The file of the encrypted device. */
  private get cryptoFile(): string | undefined {
    const tag = parseTag(this.crypttabEntry?.device ?? this.cryptoDevice ?? "");
    return tag === undefined ? undefined : fileOf(tag);
  }

  private async notify(notification: Omit<Notification, "title">): Promise<void> {
    if (this.notificationsEnabled && !this.dryRun && this.backupEnabled) {
      await notifyDesktop({ title: titleOf(this.name), ...notification });
    }
  }
}

/** Puts a disk back as it was found. */
export type UndoDisk = () => Promise<void>;

const nothingToUndo: UndoDisk = async () => undefined;

const SILENT: Journal = { event: () => undefined, child: () => SILENT };

function destinationOf(given: string | Destination | undefined): Destination {
  if (given instanceof Destination) {
    return given;
  }
  if (given !== undefined) {
    parseLocation(given);
    return new Destination({ expression: given });
  }
  const module = process.env.RSYNC_MODULE_PATH;
  if (!module) {
    throw new InvalidDestinationError("no destination is given", { hint: "name one, or set $RSYNC_MODULE_PATH" });
  }
  return new Destination({ directory: module });
}

function secondsOf({ startedAt, finishedAt }: Timer): number {
  return (finishedAt.getTime() - startedAt.getTime()) / 1000;
}

function orThrow(report: RunReport): RunReport {
  if (report.error !== undefined) {
    throw report.error;
  }
  return report;
}
