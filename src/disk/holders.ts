import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { contains } from "../path/containment.ts";
import { readMounts } from "./mountinfo.ts";

/** At most so many are named. */
const NAMED = 4;

/** Who keeps a mount point busy, in words: programs with files or their folder there, and mounts below it. */
export function describeHolders(point: string): string {
  const mounts = readMounts().flatMap((mount) =>
    mount.point !== point && contains(point, mount.point) ? [`the mount ${mount.point}`] : [],
  );
  const holders = [...mounts, ...processesIn(point)];
  const rest = holders.length - NAMED;
  const named = holders.slice(0, NAMED).join(", ");
  return named === "" ? "somebody" : `${named}${rest > 0 ? ` and ${rest} more` : ""}`;
}

function processesIn(point: string): string[] {
  return readdirSync("/proc").flatMap((pid) =>
    /^\d+$/.test(pid) && linksOf(pid).some((path) => contains(point, path)) ? [`${nameOf(pid)} (process ${pid})`] : [],
  );
}

function linksOf(pid: string): string[] {
  const folder = `/proc/${pid}`;
  const fds = attempt(() => readdirSync(`${folder}/fd`).map((fd) => `${folder}/fd/${fd}`)) ?? [];
  const links = [`${folder}/cwd`, `${folder}/root`, `${folder}/exe`, ...fds].flatMap(
    (link) => attempt(() => readlinkSync(link)) ?? [],
  );
  return [...links, ...mappedFiles(folder)].filter((path) => path.startsWith("/"));
}

function mappedFiles(folder: string): string[] {
  const maps = attempt(() => readFileSync(`${folder}/maps`, "utf8")) ?? "";
  return maps.split("\n").flatMap((line) => /\s(\/.*)$/.exec(line)?.[1] ?? []);
}

function nameOf(pid: string): string {
  return attempt(() => readFileSync(`/proc/${pid}/comm`, "utf8").trim()) ?? "a program";
}

/** Processes end while one looks at them. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
