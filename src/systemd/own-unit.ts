import { readFileSync } from "node:fs";

/** The unit of the system's systemd that this process belongs to; undefined outside of any, and in a user's session. */
export function ownUnit(): string | undefined {
  try {
    return unitOfControlGroup(readFileSync("/proc/self/cgroup", "utf8"));
  } catch {
    return undefined;
  }
}

/** The unit in the text of /proc/PID/cgroup, of either version of control groups. Pure. */
export function unitOfControlGroup(text: string): string | undefined {
  return /^(?:0:|\d+:name=systemd):(?:\/[^/\n]+\.slice)*\/([^/\n]+\.service)(?:\/|$)/m.exec(text)?.[1];
}
