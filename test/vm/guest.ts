import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Agent, Outcome } from "./agent.ts";
import { connectAgent } from "./agent.ts";
import { type GuestImage, guestImage } from "./image.ts";
import { PAYLOAD_BYTES, startMachine } from "./machine.ts";
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
  /** Ends it, as a power cut does. */
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
  const qemu = startMachine({ folder, image, wake });
  const ended = new Promise<void>((resolve) => qemu.once("exit", () => resolve()));
  const end = async () => {
    qemu.kill("SIGKILL");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const monitor = await connectMonitor(join(folder, "monitor"));
    const agent = await connectAgent(join(folder, "agent"));
    await (wake === undefined ? agent.ready() : wakeUp(monitor));
    return makeGuest({ folder, monitor, agent, end });
  } catch (error) {
    const log = ["qemu.log", "console"].map((name) => readFileSync(join(folder, name), "utf8")).join("");
    await end();
    throw new Error(`the guest did not start:\n${log}`, { cause: error });
  }
}

function makeGuest({ agent, ...parts }: Pick<Guest, "folder" | "monitor" | "end"> & { agent: Agent }): Guest {
  const attempt: Guest["attempt"] = (script, seconds) => agent.run(`PATH=$PATH:${PAYLOAD}\n${script}`, seconds);
  return {
    ...parts,
    attempt,
    async sh(script) {
      const { code, stdout, stderr } = await attempt(`set -euo pipefail\n${script}`);
      if (code !== 0) {
        throw new Error(`code ${code} in the guest for\n${script}\n${stdout}${stderr}`);
      }
      return stdout;
    },
  };
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
