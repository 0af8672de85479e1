import { spawn } from "node:child_process";

export interface Command {
  file: string;
  args: readonly string[];
  cwd?: string;
  env?: Readonly<Record<string, string>>;
}

/** What a command took, in seconds. CPU is user and system time of the command and everything it has waited for. */
export interface Measure {
  wall: number;
  cpu: number;
}

export interface Finished {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Marks bash's own line among what the command says on its standard error. */
const TIMES = "bench-times:";

/** Runs a command and measures it with bash's `time`, which every machine has. @throws Error when it fails. */
export async function measure(command: Command, signal: AbortSignal): Promise<Measure> {
  const finished = await run(
    {
      ...command,
      file: "bash",
      args: ["-c", `TIMEFORMAT='${TIMES} %3R %3U %3S'; time "$@"`, "bash", command.file, ...command.args],
    },
    signal,
  );
  const [, wall, user, system] = new RegExp(`${TIMES} (\\S+) (\\S+) (\\S+)`).exec(finished.stderr)?.map(Number) ?? [];
  if (finished.exitCode !== 0 || wall === undefined || user === undefined || system === undefined) {
    throw new Error(`${[command.file, ...command.args].join(" ")} ended with ${describe(finished)}`);
  }
  return { wall, cpu: user + system };
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
export function run({ file, args, cwd, env }: Command, signal?: AbortSignal): Promise<Finished> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, LC_ALL: "C", TZ: "UTC", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
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
