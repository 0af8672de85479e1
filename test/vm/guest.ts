import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Agent, Outcome } from "./agent.ts";
import { connectAgent } from "./agent.ts";
import { type GuestImage, guestImage } from "./image.ts";
import { type MachineOptions, PAYLOAD_BYTES, startMachine } from "./machine.ts";
import { connectMonitor, type Monitor } from "./monitor.ts";
import { warmState } from "./warm.ts";

/** Where a guest finds the files that it is given. */
export const PAYLOAD = "/var/lib/payload";

/** A virtual machine with the small Debian of the tests. */
export interface Guest {
  folder: string;
  monitor: Monitor;
  /** Runs bash as root. @returns what it printed. @throws with all of its output when it fails. */
  sh(script: string): Promise<string>;
  /** Runs bash as root, and lets it fail. */
  attempt(script: string, seconds?: number): Promise<Outcome>;
  /** Cuts its power. What it had in memory is gone; disks that were plugged in are not any more. */
  cutPower(): Promise<void>;
  /** Boots it after that, with today's date or another. */
  boot(clock?: Date): Promise<void>;
  /** Ends it for good. */
  end(): Promise<void>;
}

export interface GuestOptions {
  /** Files that the guest finds in PAYLOAD, which is in its PATH. */
  payload?: readonly string[];
}

/** A guest that was started long ago and slept since: it is there in two seconds, with today's date. */
export async function wakeGuest(options: GuestOptions = {}): Promise<Guest> {
  const image = await guestImage();
  const warm = await warmState(image);
  const guest = await startGuest(image, { ...options, base: join(warm, "root.qcow2"), wake: join(warm, "state") });
  await guest.sh(`date --set=@${Date.now() / 1000}`);
  await takePayload(guest);
  return guest;
}

/** @internal warm.ts starts one before there is a state to wake up. */
export async function startGuest(
  image: GuestImage,
  { base, wake, payload = [] }: GuestOptions & { base: string; wake?: string },
): Promise<Guest> {
  const folder = mkdtempSync(join(tmpdir(), "bakup-guest-"));
  writePayload(join(folder, "payload"), payload);
  const format = base.endsWith(".qcow2") ? "qcow2" : "raw";
  execFileSync("qemu-img", ["create", "-q", "-f", "qcow2", "-b", base, "-F", format, join(folder, "root.qcow2")]);
  try {
    return makeGuest({ folder, image }, await switchOn({ folder, image, wake }));
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function makeGuest(machine: Pick<MachineOptions, "folder" | "image">, first: Running): Guest {
  let running = first;
  const attempt: Guest["attempt"] = (script, seconds) => running.agent.run(`PATH=$PATH:${PAYLOAD}\n${script}`, seconds);
  return {
    folder: machine.folder,
    monitor: (command, options) => running.monitor(command, options),
    attempt,
    async sh(script) {
      const { code, stdout, stderr } = await attempt(`set -euo pipefail\n${script}`);
      if (code !== 0) {
        throw new Error(`code ${code} in the guest for\n${script}\n${stdout}${stderr}`);
      }
      return stdout;
    },
    cutPower: () => running.kill(),
    async boot(clock) {
      running = await switchOn({ ...machine, clock });
    },
    async end() {
      await running.kill();
      rmSync(machine.folder, { recursive: true, force: true });
    },
  };
}

/** A machine that is on, and ready. */
interface Running {
  monitor: Monitor;
  agent: Agent;
  kill(): Promise<void>;
}

async function switchOn(options: MachineOptions): Promise<Running> {
  const { folder, wake } = options;
  const qemu = startMachine(options);
  const ended = new Promise<void>((resolve) => qemu.once("exit", () => resolve()));
  const kill = async () => {
    qemu.kill("SIGKILL");
    await ended;
  };
  try {
    const monitor = await connectMonitor(join(folder, "monitor"));
    const agent = await connectAgent(join(folder, "agent"));
    await (wake === undefined ? agent.ready() : wakeUp(monitor));
    return { monitor, agent, kill };
  } catch (error) {
    const log = ["qemu.log", "console"].map((name) => readFileSync(join(folder, name), "utf8")).join("");
    await kill();
    throw new Error(`the guest did not start:\n${log}`, { cause: error });
  }
}

async function wakeUp(monitor: Monitor): Promise<void> {
  for (;;) {
    const { status } = (await monitor("query-status")) as { status: string };
    if (status !== "inmigrate") {
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await monitor("cont");
}

/** A disk without a file system: a tar needs none. Its size is part of the machine that a saved state belongs to. */
function writePayload(disk: string, files: readonly string[]): void {
  execFileSync("tar", ["-cf", disk, "--transform=s|.*/||", "--absolute-names", "--files-from=-"], {
    input: files.join("\n"),
  });
  truncateSync(disk, PAYLOAD_BYTES);
}

async function takePayload(guest: Guest): Promise<void> {
  await guest.sh(`mkdir ${PAYLOAD} && tar --extract --file=/dev/disk/by-id/virtio-payload --directory=${PAYLOAD}`);
}
