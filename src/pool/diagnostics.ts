import { release, type } from "node:os";

/** What helps whoever has to find a mistake: the program, and what it runs on. One fact a line, by name. */
export function diagnostics(version: string, now: Date): string[] {
  const facts: [name: string, value: string][] = [
    ["Encoding", /\.(.+)$/.exec(process.env.LC_ALL ?? process.env.LANG ?? "")?.[1] ?? "UTF-8"],
    ["Interpreter", `Node.js ${process.version}`],
    ["Locale", process.env.LC_ALL ?? process.env.LANG ?? "C"],
    ["Platform", `${type()} ${release()} (${process.arch})`],
    ["Timestamp", now.toUTCString()],
    ["Version", `bakup ${version}`],
  ];
  return facts.map(([name, value]) => `${name.padEnd(12, ".")}: ${value}`);
}

/** The oldest Node.js that bakup runs on. */
const OLDEST = [18, 19] as const;

/** Whether the interpreter is too old. @param version as in process.versions.node. Pure. */
export function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
