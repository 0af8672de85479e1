import { cpus, release } from "node:os";
import { succeed } from "./measure.ts";

/** What the figures depend on besides the programs. */
export async function describeMachine(folder: string, signal: AbortSignal): Promise<Record<string, string>> {
  const rsync = await succeed({ file: "rsync", args: ["--version"] }, signal);
  const fileSystem = await succeed({ file: "stat", args: ["--file-system", "--format=%T", folder] }, signal);
  return {
    system: `Linux ${release()}`,
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
