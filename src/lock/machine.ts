import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** Who a process is, in a way that outlives it and can be checked by others. */
export interface ProcessIdentity {
  host: string;
  machineId: string;
  bootId: string;
  pid: number;
  /** When the process started, in the kernel's ticks since boot: tells it from a later one with the same pid. */
  ticks: string;
}

export function thisProcess(): ProcessIdentity {
  return {
    host: hostname(),
    machineId: readLine("/etc/machine-id"),
    bootId: bootId(),
    pid: process.pid,
    ticks: startTicks(process.pid),
  };
}

/** A random number of this boot of the kernel; empty where the kernel does not tell. */
export function bootId(): string {
  return readLine("/proc/sys/kernel/random/boot_id");
}

/** Whether it is a process of this machine. Cloned machines share their id, so the name counts too. */
export function isOfThisMachine(identity: ProcessIdentity): boolean {
  const here = thisProcess();
  return identity.machineId === here.machineId && identity.host === here.host;
}

/** Whether the process of this machine still runs. */
export function isAlive(identity: Pick<ProcessIdentity, "bootId" | "pid" | "ticks">): boolean {
  return identity.bootId === bootId() && identity.ticks !== "" && identity.ticks === startTicks(identity.pid);
}

/** Empty when there is no such process, or it has ended and was not collected by its parent yet. */
function startTicks(pid: number): string {
  return ticksOf(readLine(`/proc/${pid}/stat`));
}

/** The same from the text of /proc/PID/stat, see proc_pid_stat(5). */
export function ticksOf(stat: string): string {
  const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return state === undefined || state === "Z" || state === "X" ? "" : (rest[18] ?? "");
}

function readLine(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}
