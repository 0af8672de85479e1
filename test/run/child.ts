import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BUNDLE = join(ROOT, "dist/bakup.cjs");

/** The program as users have it; without a build of the present sources, from these. */
export const BAKUP: readonly string[] = isBundleFresh()
  ? [process.execPath, BUNDLE]
  : [process.execPath, "--import", import.meta.resolve("tsx"), join(ROOT, "src/bin/bakup.ts")];

export interface Child {
  process: ChildProcess;
  pid: number;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }>;
}

/** Starts bakup as a process; `before` is a program that starts it (setpriv, unshare). */
export function startBakup(
  args: readonly string[],
  {
    env = {},
    before = [],
    detached = false,
  }: { env?: NodeJS.ProcessEnv; before?: readonly string[]; detached?: boolean },
): Child {
  const [file = "", ...rest] = [...before, ...BAKUP, ...args];
  const child = spawn(file, rest, { env: { ...process.env, ...env }, detached, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<Awaited<Child["ended"]>>((resolve, reject) => {
    child.once("error", reject);
    // Not "close": a program that outlives bakup may hold the pipe open.
    child.once("exit", (code, signal) => setImmediate(() => resolve({ code, signal, stderr })));
  });
  return { process: child, pid: child.pid ?? 0, ended };
}

function isBundleFresh(): boolean {
  const built = statSync(BUNDLE, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" });
  return sources.every((name) => (statSync(join(ROOT, "src", name), { throwIfNoEntry: false })?.mtimeMs ?? 0) < built);
}

/** The real rsync, but so slow that it can be interrupted; its process id stands in a file while it copies. */
export function slowRsync(top: string): { env: NodeJS.ProcessEnv; pidFile: string } {
  const folder = join(top, "slow");
  const pidFile = join(folder, "pid");
  const real = execFileSync("sh", ["-c", "command -v rsync"], { encoding: "utf8" }).trim();
  mkdirSync(folder, { recursive: true });
  const script = `#!/bin/sh
case "$*" in *--dry-run*) ;; *) echo $$ > '${pidFile}.new'; mv '${pidFile}.new' '${pidFile}';; esac
exec '${real}' --bwlimit=64 "$@"
`;
  writeFileSync(join(folder, "rsync"), script, { mode: 0o755 });
  return { env: { PATH: `${folder}:${process.env.PATH}` }, pidFile };
}

/** Waits until a condition holds. @throws when it does not within the time. */
export async function until(condition: () => boolean, { seconds = 20, what = "the condition" } = {}): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!condition()) {
    if (Date.now() > deadline) {
      throw new Error(`${what} did not come true within ${seconds} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits for the clock's next second, so that the next run's snapshot has a name of its own. */
export async function nextSecond(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1010 - (Date.now() % 1000)));
}
