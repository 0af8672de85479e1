import { readdirSync, readFileSync } from "node:fs";

const INTERVAL_MS = 200;

/** Looks every now and then how much memory a process and all its descendants hold together. */
export class MemoryWatch {
  /** The most that was seen, in bytes. */
  most = 0;
  private timer: NodeJS.Timeout | undefined;

  start(pid: number): void {
    this.timer = setInterval(() => this.look(pid), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(pid: number): void {
    const held = descendantsOf(pid).reduce((sum, each) => sum + proportionalBytes(each), 0);
    this.most = Math.max(this.most, held);
  }
}

/** A process and all that it has started, directly or not. */
export function descendantsOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    const parent = /^\d+$/.test(name) ? parentOf(name) : undefined;
    if (parent !== undefined) {
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    }
  }
  const found = [pid];
  for (const each of found) {
    found.push(...(children.get(each) ?? []));
  }
  return found;
}

function parentOf(pid: string): number | undefined {
  const fields = read(`/proc/${pid}/stat`);
  return fields === undefined ? undefined : Number(fields.slice(fields.lastIndexOf(")") + 2).split(" ")[1]);
}

/** Memory of its own, and its share of what it shares with others. */
function proportionalBytes(pid: number): number {
  const kilobytes = /^Pss: +(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? "")?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** Processes come and go. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
