import { readFileSync } from "node:fs";
import { bootId, isAlive, type ProcessIdentity } from "../lock/machine.ts";

/** A process whose life stands for something, told from a later one with the same number. */
export type Witness = Pick<ProcessIdentity, "pid" | "ticks" | "bootId">;

/** A process, its parent, and so on up to the first of the machine; empty when there is no such process. */
export function chainOf(pid: number): Witness[] {
  const boot = bootId();
  const chain: Witness[] = [];
  for (let next = pid; next > 0; ) {
    const seen = look(next);
    if (seen === undefined) {
      break;
    }
    chain.push({ pid: next, ticks: seen.ticks, bootId: boot });
    next = seen.parent;
  }
  return chain;
}

export function isSame(a: Witness, b: Witness): boolean {
  return a.pid === b.pid && a.ticks === b.ticks && a.bootId === b.bootId;
}

export function lives(witness: Witness | undefined): boolean {
  return witness !== undefined && isAlive(witness);
}

export function isWitness(value: unknown): value is Witness {
  const { pid, ticks, bootId: boot } = (value ?? {}) as Partial<Witness>;
  return typeof pid === "number" && typeof ticks === "string" && typeof boot === "string";
}

/** Source: proc_pid_stat(5); the name in brackets may itself hold brackets and blanks. */
function look(pid: number): { parent: number; ticks: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { parent: Number(fields[1]), ticks: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}
