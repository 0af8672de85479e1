import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startBakup } from "../run/child.ts";

/** Where a run has left something: in words, and what is there. */
export interface Trace {
  where: string;
  text: string;
}

/**
 * Does a run of a profile of which nothing remains unseen: arguments and environment of every program that is started,
 * what it says, and each file below the folder with all that bakup keeps on this machine.
 */
export async function watchedRun({
  folder,
  config,
  env = {},
}: {
  folder: string;
  config: string;
  env?: NodeJS.ProcessEnv;
}): Promise<{ code: number | null; stderr: string; traces: Trace[] }> {
  const calls = join(folder, "calls");
  const strace = ["strace", "-f", "-qq", "-v", "-s", "65536", "-e", "trace=execve", "-o", calls];
  const args = ["run", "--config", config, "--log-format", "json", "--verbose"];
  const { code, stderr } = await startBakup(args, { env, before: strace }).ended;
  const programs = readFileSync(calls, "latin1")
    .split("\n")
    .filter((line) => line.includes("execve("));
  const kept = join(folder, "state");
  const files = readdirSync(kept, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return {
    code,
    stderr,
    traces: [
      ...programs.map((text) => ({ where: "a program's arguments or environment", text })),
      { where: "the log", text: stderr },
      ...files.map((file) => ({
        where: `the file ${file.name} of /var/lib/bakup`,
        text: readFileSync(join(file.parentPath, file.name), "latin1"),
      })),
    ],
  };
}

/** Where any of these texts can be read. */
export function findIn(traces: readonly Trace[], secrets: readonly string[]): string[] {
  return traces.flatMap(({ where, text }) =>
    secrets.filter((secret) => text.includes(secret)).map((secret) => `${secret} in ${where}: ${text.slice(0, 300)}`),
  );
}
