import { join } from "node:path";
import { runScript, type ScriptOutcome } from "../process/script.ts";
import { formatDuration } from "../units/duration.ts";
import { newestBackupFolder } from "./newest-backup.ts";
import { stateFolder } from "./state-folder.ts";

/** The codes by which shells say that they could not run a program. */
const SHELL_FAILURES = [126, 127];

export interface TimerScript {
  path: string;
  timeoutSeconds: number;
  /** BURP's timer_arg lines, in order. */
  timerArgs: readonly string[];
}

export interface TimerAnswer {
  decision: "backup" | "skip" | "error";
  reason: string;
  hint?: string;
}

/**
 * Asks a timer script of BURP. Its arguments are the client's name (the profile's), the path of the newest backup, the
 * storage directory in which each client has a folder, two that are reserved, and the timer_args. 0 means that it is
 * time, any other code that it is not; a script that cannot answer is an error. Never throws.
 */
export async function askTimerScript(
  profile: string,
  { path, timeoutSeconds, timerArgs }: TimerScript,
  options: { signal?: AbortSignal | undefined; onLine?: ((line: string) => void) | undefined } = {},
): Promise<TimerAnswer> {
  let lastLine = "";
  const args = [profile, newestBackupFolder(profile), join(stateFolder(), "profiles"), "reserved1", "reserved2"];
  const outcome = await runScript(path, [...args, ...timerArgs], {
    what: "timer script",
    env: process.env,
    timeoutSeconds,
    signal: options.signal,
    onLine: (_, line) => {
      lastLine = line;
      options.onLine?.(line);
    },
  });
  return answerOf(outcome, { path, timeoutSeconds, lastLine });
}

function answerOf(
  outcome: ScriptOutcome,
  { path, timeoutSeconds, lastLine }: { path: string; timeoutSeconds: number; lastLine: string },
): TimerAnswer {
  const said = lastLine === "" ? "" : `: ${lastLine}`;
  const hint = `run it by hand, as the user that bakup runs as: ${path}`;
  switch (outcome.kind) {
    case "returned":
      if (outcome.code === 0) {
        return { decision: "backup", reason: `the timer script ${path} says that it is time${said}` };
      }
      return SHELL_FAILURES.includes(outcome.code)
        ? { decision: "error", reason: `the timer script ${path} failed with exit code ${outcome.code}${said}`, hint }
        : { decision: "skip", reason: `the timer script ${path} says that it is not time (${outcome.code})${said}` };
    case "killed":
      return { decision: "error", reason: `the timer script ${path} was killed by ${outcome.signal}${said}`, hint };
    case "timed-out":
      return {
        decision: "error",
        reason: `the timer script ${path} took longer than ${formatDuration(timeoutSeconds)} and was stopped${said}`,
        hint: "raise timer_timeout in [schedule], or look at what it waits for",
      };
    case "not-startable":
      return { decision: "error", reason: outcome.message, hint: outcome.hint };
  }
}
