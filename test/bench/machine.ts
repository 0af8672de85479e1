import { cpus, release } from "node:os";
import { succeed } from "./measure.ts";

/** What the figures depend on besides the programs. */
export async function describeMachine(folder: string, signal: AbortSignal): Promise<Record<string, string>> {
  const rsync = await succeed({ file: "rsync", args: ["--version"] }, signal);
  const mounted = ["--noheadings", "--output", "FSTYPE", "--target", folder];
  const fileSystem = await succeed({ file: "findmnt", args: mounted }, signal);
  return {
    system: `Linux ${release().split(".").slice(0, 2).join(".")}`,
    processors: `${cpus().length} CPUs`,
    fileSystem: fileSystem.trim(),
    node: `Node ${process.version}`,
    rsync:
      /^rsync +version (\S+)/
        .exec(rsync)
        ?.slice(1)
        .map((version) => `rsync ${version}`)[0] ?? "rsync",
  };
}
