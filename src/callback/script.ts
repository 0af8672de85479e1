import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { describeError } from "../errors/describe.ts";
import { splitter } from "../process/lines.ts";
import type { CallbackOutcome } from "./call.ts";

/** Time between SIGTERM and SIGKILL. */
const KILL_DELAY_MS = 5000;
const GROUP_CHECK_MS = 50;

/** A longer timer would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** After the script's end its output is read on until it is silent for the first time, or the second has passed. */
const SILENCE_MS = 100;
const LONGEST_DRAIN_MS = 2000;

export type OutputStream = "stdout" | "stderr";

export interface ScriptOptions {
  env: NodeJS.ProcessEnv;
  timeoutSeconds: number;
  signal: AbortSignal | undefined;
  onLine(stream: OutputStream, line: string): void;
}

/**
 * Runs a script in a process group of its own, with nothing on its standard input. After a time-out or an abort the
 * whole group is gone when this returns; after an ordinary end, what the script left in the background lives on.
 */
export async function runScript(
  path: string,
  args: readonly string[],
  options: ScriptOptions,
): Promise<CallbackOutcome> {
  if (options.signal?.aborted) {
    return { kind: "killed", signal: "SIGTERM" };
  }
  let child: ChildProcess;
  try {
    child = spawn(path, args, { env: options.env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  } catch (error) {
    return notStartable(path, error);
  }
  const outputs = [follow(child.stdout, "stdout", options), follow(child.stderr, "stderr", options)];
  const outcome = await outcomeOf(child, path, options);
  await Promise.all(outputs.map((output) => output.drain()));
  return outcome;
}

function notStartable(path: string, error: unknown): CallbackOutcome {
  return {
    kind: "not-startable",
    message: `callback ${path} cannot be started: ${describeError(error)}`,
    hint: "run it by hand, as the user that bakup runs as",
  };
}

function follow(stream: Readable | null, name: OutputStream, options: ScriptOptions) {
  const feed = splitter("\n", (line) => options.onLine(name, Buffer.from(line, "latin1").toString("utf8")));
  let silentSince = Date.now();
  let atEnd = stream === null;
  stream?.on("data", (chunk: Buffer) => {
    silentSince = Date.now();
    feed(chunk);
  });
  stream?.once("close", () => {
    atEnd = true;
  });
  const drain = async () => {
    const started = Date.now();
    while (
      !atEnd &&
      Date.now() - Math.max(started, silentSince) < SILENCE_MS &&
      Date.now() - started < LONGEST_DRAIN_MS
    ) {
      await sleep(5);
    }
    stream?.destroy();
    feed(null);
  };
  return { drain };
}

function outcomeOf(child: ChildProcess, path: string, options: ScriptOptions): Promise<CallbackOutcome> {
  return new Promise((resolve) => {
    let timedOut = false;
    let stopped: Promise<void> | undefined;
    const stop = () => {
      stopped ??= stopGroup(child);
    };
    const timer = setTimeout(
      () => {
        timedOut = true;
        stop();
      },
      Math.min(options.timeoutSeconds * 1000, LONGEST_TIMER_MS),
    );
    const settle = async (outcome: CallbackOutcome) => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", stop);
      await stopped;
      resolve(timedOut ? { kind: "timed-out" } : outcome);
    };
    options.signal?.addEventListener("abort", stop, { once: true });
    child.once("error", (error) => void settle(notStartable(path, error)));
    child.once("exit", (code, signal) => {
      void settle(signal === null ? { kind: "returned", code: code ?? 0 } : { kind: "killed", signal });
    });
  });
}

/** Ends every process of the group, also those that outlive the script. */
async function stopGroup(child: ChildProcess): Promise<void> {
  const deadline = Date.now() + KILL_DELAY_MS;
  let alive = signalGroup(child, "SIGTERM");
  while (alive && Date.now() < deadline) {
    await sleep(GROUP_CHECK_MS);
    alive = signalGroup(child, 0);
  }
  if (alive) {
    signalGroup(child, "SIGKILL");
  }
}

/** Whether the group still had a process to send the signal to. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) {
    return false;
  }
  try {
    return process.kill(-child.pid, signal);
  } catch {
    return false;
  }
}
