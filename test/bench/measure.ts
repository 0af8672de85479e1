import { spawn } from "node:child_process";
import { MemoryWatch } from "./memory-watch.ts";

export interface Command {
  file: string;
  args: readonly string[];
  cwd?: string;
  env?: Readonly<Record<string, string>>;
}

/**
 * What a command took: seconds of wall time; of user and system time of all that it has waited for; the most memory, in
 * bytes, that it and all its descendants held at one time (shared pages counted once); bytes that they wrote to disks.
 */
export interface Measure {
  wall: number;
  cpu: number;
  memory: number;
  written: number;
}

export interface Finished {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Marks bash's own line among what the command says on its standard error. */
const TIMES = "bench-times:";
const WRITTEN = "bench-written:";

/** The kernel adds what children have written to their parent's account when it waits for them. */
const TIMED = `TIMEFORMAT='${TIMES} %3R %3U %3S'
time "$@"
code=$?
echo ${WRITTEN} $(sed -n 's/^write_bytes: //p' /proc/$$/io) >&2
exit $code`;

/** Runs a command and measures it with bash's `time`, which every machine has. @throws Error when it fails. */
export async function measure(command: Command, signal: AbortSignal): Promise<Measure> {
  const watch = new MemoryWatch();
  const finished = await run(
    {
      ...command,
      file: "bash",
      args: ["-c", TIMED, "bash", command.file, ...command.args],
    },
    signal,
    (pid) => watch.start(pid),
  ).finally(() => watch.stop());
  const written = Number(new RegExp(`${WRITTEN} (\\d+)`).exec(finished.stderr)?.[1]);
  const [, wall, user, system] = new RegExp(`${TIMES} (\\S+) (\\S+) (\\S+)`).exec(finished.stderr)?.map(Number) ?? [];
  if (finished.exitCode !== 0 || wall === undefined || user === undefined || system === undefined) {
    throw new Error(`${[command.file, ...command.args].join(" ")} ended with ${describe(finished)}`);
  }
  return { wall, cpu: user + system, memory: watch.most, written };
}

/** Runs a command that must succeed and is not measured. @returns its output. */
export async function succeed(command: Command, signal: AbortSignal): Promise<string> {
  const finished = await run(command, signal);
  if (finished.exitCode !== 0) {
    throw new Error(`${[command.file, ...command.args].join(" ")} ended with ${describe(finished)}`);
  }
  return finished.stdout;
}

/** Runs a command in a process group of its own, which an abort ends; settles when the command has ended. */
export function run(
  { file, args, cwd, env }: Command,
  signal?: AbortSignal,
  onStart?: (pid: number) => void,
): Promise<Finished> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, LC_ALL: "C", TZ: "UTC", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    if (child.pid !== undefined) {
      onStart?.(child.pid);
    }
    const stop = () => {
      if (child.pid !== undefined && child.exitCode === null) {
        process.kill(-child.pid, "SIGTERM");
      }
    };
    signal?.addEventListener("abort", stop, { once: true });
    const said = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said.stderr += text;
    });
    child.once("error", reject);
    child.once("close", (exitCode) => {
      signal?.removeEventListener("abort", stop);
      if (signal?.aborted) {
        reject(signal.reason);
      } else {
        resolve({ exitCode, ...said });
      }
    });
  });
}

function describe({ exitCode, stdout, stderr }: Finished): string {
  return `exit code ${exitCode}:\n${`${stdout}${stderr}`.split("\n").slice(-20).join("\n")}`;
}
