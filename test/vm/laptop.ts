import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtPackage } from "../debian/built-package.ts";
import { attachDisk, createDisk, deviceOf, plug } from "./disks.ts";
import { type Guest, PAYLOAD, wakeGuest } from "./guest.ts";

/** What somebody does who opens the backup disk, or puts it away, by hand. */
export const UNLOCK = "cryptdisks_start backup-disk > /dev/null; udevadm settle";
export const LOCK = "cryptdisks_stop backup-disk > /dev/null; udevadm settle";
export const MOUNT = `${UNLOCK}; mount /mnt/backup`;
export const UNMOUNT = `umount /mnt/backup; ${LOCK}`;

const TOOLS = fileURLToPath(new URL("tools", import.meta.url));

export interface LaptopOptions {
  /** How the backup disk is given to the guest. */
  attach?: typeof attachDisk;
  /** The version of bakup that is installed; else the one that is tested. */
  deb?: string;
}

/**
 * A guest whose folder /srv/data is backed up by the profile "laptop" to an encrypted disk: the disk "backup", which is
 * plugged in and locked.
 */
export async function wakeLaptop({ attach = attachDisk, deb }: LaptopOptions = {}): Promise<Guest> {
  const tools = readdirSync(TOOLS).map((name) => join(TOOLS, name));
  const tested = await builtPackage();
  const installed = deb ?? tested;
  const guest = await wakeGuest({ payload: [...new Set([installed, tested]), ...tools] });
  await guest.sh(`dpkg --install ${PAYLOAD}/${basename(installed)}`);
  createDisk(guest, "backup");
  await attach(guest, "backup");
  await plug(guest, "backup");
  await guest.sh(`
    setup-disk ${deviceOf("backup")}
    install -m 644 ${PAYLOAD}/laptop.conf /etc/bakup/profiles.d/laptop.conf
    install -m 755 ${PAYLOAD}/hold /etc/bakup/hold
    change-source
    bakup check
    sync`);
  return guest;
}

export interface Snapshot {
  name: string;
  /** Of the source that it holds. */
  version: number;
  /** "whole", or what is wrong with it. */
  state: string;
}

/** The snapshots that are listed as complete, oldest first, as plain tools see them. */
export async function snapshotsOf(guest: Guest): Promise<Snapshot[]> {
  const lines = (await guest.sh("check-store")).split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const [name = "", version = "", ...state] = line.split(" ");
    return { name, version: Number(version), state: state.join(" ") };
  });
}

/** The same; each of them must be whole. */
export async function wholeSnapshots(guest: Guest): Promise<Snapshot[]> {
  const snapshots = await snapshotsOf(guest);
  assert.deepEqual(
    snapshots.filter(({ state }) => state !== "whole"),
    [],
  );
  return snapshots;
}

/** How the backup disk is, as the kernel says. */
export async function diskState({ sh }: Guest): Promise<"absent" | "locked" | "unlocked" | "mounted"> {
  const state = await sh(`
    if mountpoint --quiet /mnt/backup; then echo mounted
    elif grep --quiet --no-messages CRYPT /sys/class/block/dm-*/dm/uuid; then echo unlocked
    elif [ -b ${deviceOf("backup")} ]; then echo locked
    else echo absent; fi`);
  return state.trim() as Awaited<ReturnType<typeof diskState>>;
}

const NEXT_MINUTE = "date --set='61 seconds' > /dev/null";

/** How the last run of the timer's service ended, and what it said of it. */
export interface Ending {
  code: number;
  status: string;
}

/** Runs bakup.service to its end, a minute later than what was before: each run has a minute of its own. */
export async function runService(guest: Guest): Promise<Ending> {
  await guest.sh(`
    ${NEXT_MINUTE}
    systemctl reset-failed bakup.service || true
    systemctl start bakup.service || true`);
  return endingOf(guest);
}

/** How a service has ended. */
export async function endingOf({ sh }: Guest, unit = "bakup.service"): Promise<Ending> {
  const output = await sh(`systemctl show --property=ExecMainStatus,StatusText ${unit}`);
  const property = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(output)?.[1] ?? "";
  return { code: Number(property("ExecMainStatus")), status: property("StatusText") };
}

/** Starts bakup.service, and waits until the run is held in its callback: its disk is mounted. */
export async function holdRun(guest: Guest): Promise<void> {
  await startHeld(guest, "begin");
}

/** Starts bakup.service, and waits until the run is held in a step that tools/hold knows. */
export async function startHeld({ sh }: Guest, step: string): Promise<void> {
  await sh(`
    ${NEXT_MINUTE}
    mkdir -p /run/bakup
    [ -p /run/bakup/go ] || mkfifo /run/bakup/held /run/bakup/go
    echo ${step} > /run/bakup/hold
    ${step === "unlock" ? "hold-key < /dev/null > /dev/null 2>&1 &" : ""}
    systemctl reset-failed bakup.service || true
    systemctl start --no-block bakup.service
    read -r -t 300 <> /run/bakup/held`);
}

/** Lets a held run go on, and waits for its end. */
export async function releaseRun(guest: Guest): Promise<void> {
  await letGo(guest);
  await serviceEnds(guest);
}

/** Lets go whoever is held. */
export async function letGo({ sh }: Guest): Promise<void> {
  await sh("rm -f /run/bakup/hold; echo 1<> /run/bakup/go");
}

/** Waits until a service has ended, and has cleaned up. */
export async function serviceEnds({ sh }: Guest, unit = "bakup.service"): Promise<void> {
  await sh(`
    main=$(systemctl show --value --property=MainPID ${unit})
    [ "$main" = 0 ] || tail --sleep-interval=0.2 --pid="$main" --follow /dev/null
    systemctl stop ${unit}`);
}

/** What the journal has of bakup.service, oldest first. */
export async function journalOf({ sh }: Guest): Promise<Record<string, string>[]> {
  const lines = await sh("journalctl --sync; journalctl --unit=bakup --output=json");
  return lines.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
}
