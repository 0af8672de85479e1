import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type CommandResult, runCommand } from "../../src/process/command.ts";
import { debianImage } from "../image/debian.ts";

const BOOT = fileURLToPath(new URL("boot-machine.sh", import.meta.url));
const BOOT_LIMIT_MS = 120_000;

/** A small Debian that systemd has booted in a container. */
export interface Machine {
  /** Runs a script of sh as root in it; a non-zero exit is a result. */
  sh(script: string): Promise<CommandResult>;
  /** The same, for scripts that must work: their output. */
  output(script: string): Promise<string>;
  stop(): Promise<void>;
}

/** Boots a machine with some files in its /root, and a disk that is mounted on /mnt/backup. Needs root. */
export async function bootMachine(files: readonly string[]): Promise<Machine> {
  const image = await debianImage();
  const folder = mkdtempSync(join(tmpdir(), "bakup-machine-"));
  const args = ["--mount", "--propagation", "private", "sh", BOOT, join(image, "root"), folder, ...files];
  const container = spawn("unshare", args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  container.stdout.on("data", (chunk) => (said += chunk));
  container.stderr.on("data", (chunk) => (said += chunk));
  const ended = once(container, "exit");

  const sh = async (script: string) => {
    const init = childOf(container.pid);
    if (init === undefined) {
      throw new Error(`the machine is not running: ${said}`);
    }
    const enter = ["--target", String(init), "--mount", "--uts", "--ipc", "--net", "--pid", "--root", "--wdns=/root"];
    return runCommand("nsenter", [...enter, "/bin/sh", "-c", script], { env: { JOURNAL_STREAM: undefined } });
  };
  const output = async (script: string) => {
    const result = await sh(script);
    if (result.exitCode !== 0) {
      throw new Error(`${script}: exit code ${result.exitCode}: ${result.stderr}${result.stdout}`);
    }
    return result.stdout.toString();
  };
  const stop = async () => {
    const init = childOf(container.pid);
    if (init !== undefined) {
      process.kill(init, "SIGKILL");
    }
    await ended;
    rmdirSync(folder);
  };

  const limit = Date.now() + BOOT_LIMIT_MS;
  let state = "";
  while (!["running", "degraded"].includes(state)) {
    if (Date.now() > limit || container.exitCode !== null) {
      await stop();
      throw new Error(`the machine does not boot (${state}): ${said}`);
    }
    await sleep(100);
    state = await sh("systemctl is-system-running --wait").then(
      ({ stdout }) => stdout.toString().trim(),
      () => "",
    );
  }
  return { sh, output, stop };
}

function childOf(pid: number | undefined): number | undefined {
  try {
    const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    return first === undefined || first === "" ? undefined : Number(first);
  } catch {
    return undefined;
  }
}
