import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { describeError } from "../errors/describe.ts";
import { splitter } from "./lines.ts";
import { findObstacle } from "./obstacle.ts";

/** Time between SIGTERM and SIGKILL. */
const KILL_DELAY_MS = 5000;
const GROUP_CHECK_MS = 50;

/** A longer timer would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** After the script's end its output is read on until it is silent for the first time, or the second has passed. */
const SILENCE_MS = 100;
const LONGEST_DRAIN_MS = 2000;

export type OutputStream = "stdout" | "stderr";

/** How a script ended. What a code above zero means is for the caller to decide. */
export type ScriptOutcome =
  | { kind: "returned"; code: number }
  | { kind: "killed"; signal: NodeJS.Signals }
  | { kind: "timed-out" }
  | { kind: "not-startable"; message: string; hint: string };

export interface ScriptOptions {
  /** What the script is, for messages: "callback". */
  what: string;
  env: NodeJS.ProcessEnv;
  timeoutSeconds: number;
  signal: AbortSignal | undefined;
  onLine(stream: OutputStream, line: string): void;
}

/**
 * Runs a script of the user's, without a shell, in a process group of its own, with nothing on its standard input. After a time-out or an abort the
 * whole group is gone when this returns; after an ordinary end, what the script left in the background lives on. Never
 * throws: each way in which it can end is an outcome.
 */
export async function runScript(path: string, args: readonly string[], options: ScriptOptions): Promise<ScriptOutcome> {
  if (options.signal?.aborted) {
    return { kind: "killed", signal: "SIGTERM" };
  }
  const obstacle = await findObstacle(path, options.what);
  if (obstacle !== undefined) {
    return { kind: "not-startable", ...obstacle };
  }
  let child: ChildProcess;
  try {
    child = spawn(path, args, { env: options.env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  } catch (error) {
    return notStartable(path, options.what, error);
  }
  const outputs = [follow(child.stdout, "stdout", options), follow(child.stderr, "stderr", options)];
  const outcome = await outcomeOf(child, path, options);
  await Promise.all(outputs.map((output) => output.drain()));
  return outcome;
}

function notStartable(path: string, what: string, error: unknown): ScriptOutcome {
  return {
    kind: "not-startable",
    message: `${what} ${path} cannot be started: ${describeError(error)}`,
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

function outcomeOf(child: ChildProcess, path: string, options: ScriptOptions): Promise<ScriptOutcome> {
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
    const settle = async (outcome: ScriptOutcome) => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", stop);
      await stopped;
      resolve(timedOut ? { kind: "timed-out" } : outcome);
    };
    options.signal?.addEventListener("abort", stop, { once: true });
    child.once("error", (error) => void settle(notStartable(path, options.what, error)));
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
