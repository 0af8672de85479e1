import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** The process and all that it started, directly or not; children before their parents. */
export function processTree(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const parent = /^\d+$/.test(name) ? parentOf(Number(name)) : undefined;
    if (parent !== undefined) {
      parents.set(Number(name), parent);
    }
  }
  const tree = [pid];
  for (const member of tree) {
    tree.push(...[...parents].flatMap(([child, parent]) => (parent === member ? [child] : [])));
  }
  return tree.reverse();
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    return undefined;
  }
}

/** A process that has ended and only waits for its parent to notice does not run. */
export function isRunning(pid: number): boolean {
  return !["Z", undefined].includes(stateOf(pid));
}

function stateOf(pid: number): string | undefined {
  try {
    return /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

/**
 * Lets a process work for a few milliseconds at a time until a condition holds, and stops it there: however slowly this
 * machine looks, the process is not far beyond. One that has ended is as far as it gets.
 */
export async function workUntil(pid: number, condition: () => boolean): Promise<void> {
  while (!condition() && isRunning(pid)) {
    send(pid, "SIGCONT");
    await sleep(5);
    send(pid, "SIGSTOP");
    while (!["T", "Z", undefined].includes(stateOf(pid))) {
      await sleep(1);
    }
  }
}

/** SIGKILL to processes; one that is gone already is no error. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    send(pid, "SIGKILL");
  }
}

/** The same to a process and all that it started: stopped first, so that none of them can start another one meanwhile. */
export function killTree(pid: number): void {
  let tree: number[] = [];
  for (let now = processTree(pid); now.length !== tree.length; now = processTree(pid)) {
    tree = now;
    for (const member of tree) {
      send(member, "SIGSTOP");
    }
  }
  killAll(tree);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}
