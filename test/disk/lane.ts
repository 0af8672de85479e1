import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { BAKUP } from "../run/child.ts";

const FORCE = { ext4: "-F", btrfs: "-f", xfs: "-f" } as const;
const SCRIPT = fileURLToPath(new URL("lane.sh", import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  /** Sends a signal to bakup itself. */
  kill(signal: NodeJS.Signals): void;
  /** What it has written so far. */
  stderr(): string;
  ended: Promise<Ended>;
}

/** A machine of its own with disks: see lane.sh. It ends with the test file. */
export interface Lane {
  /** Runs a piece of bash in it, which must succeed. @returns what it printed. */
  shell(script: string): string;
  /** The command line that runs a program in it. */
  command(args: readonly string[]): string[];
  /** Runs bakup in it to its end. */
  bakup(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended>;
  /** Starts bakup in it. */
  start(args: readonly string[], env?: NodeJS.ProcessEnv): Running;
  /** The file behind a disk. */
  imageOf(label: string): string;
  /** Makes a file system and plugs it in. */
  plug(label: string, options?: { type?: "ext4" | "btrfs" | "xfs"; mebibytes?: number }): Disk;
}

export interface Disk {
  device: string;
  unplug(): void;
}

/** Opens the lane; `udisks` is whether udisksd runs in it. Needs root, as mounts do. */
export async function openLane({ udisks }: { udisks: boolean }): Promise<Lane> {
  const folder = mkdtempSync(join(tmpdir(), "bakup-lane-"));
  const lane = spawn("bash", [SCRIPT, folder, ...(udisks ? ["udisksd"] : [])], { stdio: ["pipe", "pipe", "inherit"] });
  const disks: Disk[] = [];
  after(() => {
    for (const disk of disks) {
      disk.unplug();
    }
    lane.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
  await new Promise<void>((resolve, reject) => {
    lane.stdout.once("data", () => resolve());
    lane.once("exit", (code) => reject(new Error(`the lane ended with ${code}; see ${folder}`)));
  });
  const imageOf = (label: string) => join(folder, `${label}.image`);
  const inside = ["nsenter", `--target=${insidePid(lane.pid ?? 0)}`, "--mount", "--pid", "--"];
  const shell = (script: string) =>
    execFileSync(inside[0] ?? "", [...inside.slice(1), "bash", "-euo", "pipefail", "-c", script], { encoding: "utf8" });
  const start: Lane["start"] = (args, env = {}) => {
    const [file = "", ...rest] = [...inside, ...BAKUP, ...args];
    const child = spawn(file, rest, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const output = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk: Buffer) => (output.stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()));
    return {
      kill: (signal) => process.kill(lastChildOf(child.pid ?? 0), signal),
      stderr: () => output.stderr,
      ended: new Promise((resolve) =>
        // Not "close": a program that outlives bakup may hold the pipe open.
        child.once("exit", (code) => setImmediate(() => resolve({ code, ...output }))),
      ),
    };
  };
  return {
    shell,
    command: (args) => [...inside, ...args],
    start,
    bakup: (args, env) => start(args, env).ended,
    imageOf,
    plug: (label, { type = "ext4", mebibytes = type === "ext4" ? 64 : 320 } = {}) => {
      const image = imageOf(label);
      shell(`truncate --size ${mebibytes}M ${image}; mkfs.${type} -q ${FORCE[type]} -L ${label} ${image}`);
      const disk = attach(shell, image);
      disks.push(disk);
      return disk;
    },
  };
}

function attach(shell: Lane["shell"], image: string): Disk {
  const device = shell(`losetup --find --show ${image}; udevadm settle --timeout=10`).trim();
  let plugged = true;
  return {
    device,
    unplug: () => {
      if (plugged) {
        plugged = false;
        shell(`umount --all-targets --lazy ${device} 2>/dev/null || true; losetup --detach ${device}; udevadm settle`);
      }
    },
  };
}

/** nsenter starts what it runs as its child. */
function lastChildOf(pid: number): number {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  return child ? Number(child) : pid;
}

/** The first process of the lane, as this machine counts. */
function insidePid(unshare: number): string {
  const [pid = ""] = readFileSync(`/proc/${unshare}/task/${unshare}/children`, "utf8").trim().split(" ");
  if (pid === "" || readlinkSync(`/proc/${pid}/ns/mnt`) === readlinkSync("/proc/self/ns/mnt")) {
    throw new Error("the lane has no namespace of its own");
  }
  return pid;
}
