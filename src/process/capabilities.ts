import { readFileSync } from "node:fs";

/** Numbers of capabilities(7). */
export const CAPABILITY = { setgid: 6, setuid: 7, ipcLock: 14 } as const;

/** Whether this process may do what a capability stands for; a sandbox takes them away even from root. */
export function hasCapability(number: number, status = readFileSync("/proc/self/status", "utf8")): boolean {
  const [, hex = "0"] = /^CapEff:\s*([0-9a-f]+)$/m.exec(status) ?? [];
  return ((BigInt(`0x${hex}`) >> BigInt(number)) & 1n) === 1n;
}
