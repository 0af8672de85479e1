import { resolve } from "node:path";
import { type OutputStream, runScript, type ScriptOutcome } from "../process/script.ts";
import { CALLBACK_ERROR, REASON, type Reason } from "./reasons.ts";

/** Longer arguments are cut: the kernel refuses a program with one above 128 KiB. */
const LONGEST_EXTRA = 16_384;

export interface Callback {
  /** The script. */
  path: string;
  timeoutSeconds: number;
  profileId: string | number;
  profileName: string;
}

export interface CallOptions {
  /** Receives each line of output while the script runs. */
  onLine(stream: OutputStream, line: string): void;
  /** Stops the script. */
  signal?: AbortSignal | undefined;
  /** Replaces or (undefined) removes variables of the inherited environment. */
  env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Calls the user's script with profile id, profile name, reason and extras as separate arguments, without a shell;
 * empty extras are left out. The protocol is that of Back In Time's user-callback. Never throws: each way in which a
 * call can end is an outcome.
 */
export async function callCallback(
  callback: Callback,
  reason: Reason,
  extras: readonly string[],
  options: CallOptions,
): Promise<ScriptOutcome> {
  const path = resolve(callback.path);
  const given = extras.map(asArgument).filter((extra) => extra !== "");
  return runScript(
    path,
    [asArgument(String(callback.profileId)), asArgument(callback.profileName), String(reason), ...given],
    {
      what: "callback",
      env: { ...process.env, ...variables(callback, reason, given), ...options.env },
      timeoutSeconds: callback.timeoutSeconds,
      signal: options.signal,
      onLine: options.onLine,
    },
  );
}

function asArgument(text: string): string {
  return text.replaceAll("\0", "").slice(0, LONGEST_EXTRA);
}

/** The same facts as the arguments, by name. What does not apply is removed, so that none is left from an outer run. */
function variables(callback: Callback, reason: Reason, extras: readonly string[]): Record<string, string | undefined> {
  const [first, second] = extras;
  const isError = reason === REASON.error;
  const namesSnapshot =
    isError && [CALLBACK_ERROR.snapshotExists, CALLBACK_ERROR.incomplete].some((code) => first === `${code}`);
  return {
    BAKUP_PROFILE: asArgument(callback.profileName),
    BAKUP_PROFILE_ID: asArgument(String(callback.profileId)),
    BAKUP_REASON: String(reason),
    BAKUP_ERROR_CODE: isError ? first : undefined,
    BAKUP_SNAPSHOT_ID: reason === REASON.snapshotTaken ? first : namesSnapshot ? second : undefined,
    BAKUP_SNAPSHOT_PATH: reason === REASON.snapshotTaken ? second : undefined,
  };
}
