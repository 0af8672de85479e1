import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import type { Readable } from "node:stream";
import { BakupError } from "../errors/errors.ts";
import { PolledPipe } from "./polled-pipe.ts";

/** Time between SIGTERM and SIGKILL. rsync uses it to remove its temporary file. */
const KILL_DELAY_MS = 10_000;

/** How long to wait, after a program's exit, for output that a grandchild may still hold open. */
const DRAIN_MS = 200;

export interface CommandOptions {
  cwd?: string;
  /** Replaces or (undefined) removes variables of the environment. */
  env?: Readonly<Record<string, string | undefined>>;
  /** What the program reads on its standard input; nothing by default. */
  input?: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Stops the program: SIGTERM to its process group, later SIGKILL. */
  signal?: AbortSignal | undefined;
  timeoutSeconds?: number;
  /** Descriptors of ours that the program inherits as 3, 4… (a lock that must outlive us). */
  inheritFds?: readonly number[];
  /** Called with each piece of output; without it the output is collected. */
  onStdout?: (chunk: Buffer) => void;
  onStderr?: (chunk: Buffer) => void;
  /** The program says a little very often on its standard output: it is read now and then. */
  isTalkative?: boolean;
}

export interface CommandResult {
  file: string;
  /** Null when a signal ended it. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  timedOut: boolean;
  stdout: Buffer;
  stderr: Buffer;
}

/** A program that could not be started at all: it is missing, or may not be run. */
export class CommandStartError extends BakupError {
  readonly errno: string;

  constructor(file: string, errno: string) {
    super(`cannot start ${file}: ${errno}`, {
      ...(errno === "ENOENT" ? { hint: `install it, or put it on the PATH: ${file}` } : {}),
    });
    this.errno = errno;
  }
}

/**
 * Runs a program to its end and says how it ended; a non-zero exit is a result, not an error. It gets a process group
 * of its own, which is stopped as a whole on abort and timeout, and a plain C locale so that its messages can be read.
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const running = await startCommand(file, args, options);
  const stdout = options.onStdout === undefined ? collect(running.stdout) : forward(running.stdout, options.onStdout);
  const stderr = options.onStderr === undefined ? collect(running.stderr) : forward(running.stderr, options.onStderr);
  const end = await running.ended;
  return { file, ...end, stdout: stdout(), stderr: stderr() };
}

/** The caller reads both outputs, and begins at once: when the program ends, what nobody reads is dropped. */
export interface RunningCommand {
  stdout: Readable;
  stderr: Readable;
  ended: Promise<Pick<CommandResult, "exitCode" | "signal" | "timedOut">>;
}

/** Starts a program whose output the caller reads as a stream. */
export async function startCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<RunningCommand> {
  const polled = options.isTalkative ? new PolledPipe() : undefined;
  const child = spawn(file, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, LC_ALL: "C", ...options.env },
    stdio: [
      options.input === undefined ? "ignore" : "pipe",
      polled?.writeEnd ?? "pipe",
      "pipe",
      ...(options.inheritFds ?? []),
    ],
    detached: true,
  });
  if (polled !== undefined) {
    closeSync(polled.writeEnd);
    child.once("exit", () => polled.hurry());
  }
  const stdout = polled ?? child.stdout;
  const { stderr } = child;
  const ended = watchEnd(child, [stdout, stderr], { file, ...options });
  ended.catch(() => undefined);
  if (!stdout || !stderr) {
    polled?.destroy();
    throw (await ended.catch((error: unknown) => error)) ?? new CommandStartError(file, "no output");
  }
  if (options.input !== undefined) {
    feed(child, options.input);
  }
  return { stdout, stderr, ended };
}

function watchEnd(
  child: ChildProcess,
  outputs: readonly (Readable | null)[],
  { file, ...options }: CommandOptions & { file: string },
): RunningCommand["ended"] {
  const streams = outputs.filter((stream) => stream !== null);
  let timedOut = false;
  const stop = () => stopGroup(child);
  const timer =
    options.timeoutSeconds === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          stop();
        }, options.timeoutSeconds * 1000);
  if (options.signal?.aborted) {
    stop();
  }
  options.signal?.addEventListener("abort", stop, { once: true });
  return new Promise((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", stop);
      reject(new CommandStartError(file, error.code ?? error.message));
    });
    child.once("exit", (exitCode, signal) => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", stop);
      drained(streams).then(() => resolve({ exitCode, signal, timedOut }), reject);
    });
  });
}

/** Resolves when the output is at its end; a grandchild that keeps it open does not hold us up for long. */
function drained(streams: readonly Readable[]): Promise<void> {
  return new Promise((resolve) => {
    let open = streams.length;
    const closeTimer = () =>
      setTimeout(() => {
        if (streams.some(({ readableLength }) => readableLength > 0)) {
          // Whoever reads is busy: what waits for them is not lost.
          timer = closeTimer();
          return;
        }
        for (const stream of streams) {
          stream.destroy();
        }
      }, DRAIN_MS);
    let timer = closeTimer();
    for (const stream of streams) {
      if (stream.closed || stream.readableEnded) {
        open -= 1;
        continue;
      }
      stream.on("data", () => {
        clearTimeout(timer);
        timer = closeTimer();
      });
      stream.once("close", () => {
        open -= 1;
        if (open === 0) {
          clearTimeout(timer);
          resolve();
        }
      });
    }
    if (open === 0) {
      clearTimeout(timer);
      resolve();
    }
  });
}

function stopGroup(child: ChildProcess): void {
  killGroup(child, "SIGTERM");
  const timer = setTimeout(() => killGroup(child, "SIGKILL"), KILL_DELAY_MS);
  timer.unref();
  child.once("exit", () => {
    clearTimeout(timer);
    // What the leader has started may have outlived it.
    killGroup(child, "SIGKILL");
  });
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) {
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone.
  }
}

function feed(child: ChildProcess, input: NonNullable<CommandOptions["input"]>): void {
  const { stdin } = child;
  if (stdin === null) {
    return;
  }
  // A program that ends before it has read everything says so by its exit code.
  stdin.on("error", () => undefined);
  void (async () => {
    for await (const chunk of input) {
      if (stdin.destroyed) {
        return;
      }
      if (!stdin.write(chunk)) {
        await new Promise<void>((resolve) => {
          const goOn = () => {
            stdin.off("drain", goOn).off("close", goOn);
            resolve();
          };
          stdin.on("drain", goOn).on("close", goOn);
        });
      }
    }
    stdin.end();
  })();
}

function collect(stream: Readable): () => Buffer {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks);
}

function forward(stream: Readable, receive: (chunk: Buffer) => void): () => Buffer {
  stream.on("data", receive);
  return () => Buffer.alloc(0);
}

/** How a program ended, in words: "exit code 23", "killed by SIGKILL", "timed out". */
export function describeEnd(result: Pick<CommandResult, "exitCode" | "signal" | "timedOut">): string {
  if (result.timedOut) {
    return "timed out";
  }
  return result.signal === null ? `exit code ${result.exitCode}` : `killed by ${result.signal}`;
}

/** The first line that a failed program complained with; how it ended, when it said nothing. */
export function firstComplaint(result: CommandResult): string {
  return result.stderr.toString().trim().split("\n")[0] || describeEnd(result);
}
