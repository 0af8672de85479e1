import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { errnoOf } from "../errors/describe.ts";
import { BakupError } from "../errors/errors.ts";

/**
 * Where bakup remembers things on this machine: $STATE_DIRECTORY (systemd sets it), /var/lib/bakup for root, else
 * $XDG_STATE_HOME/bakup or ~/.local/state/bakup.
 */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.STATE_DIRECTORY) {
    return env.STATE_DIRECTORY;
  }
  if (process.getuid?.() === 0) {
    return "/var/lib/bakup";
  }
  return join(env.XDG_STATE_HOME || join(homedir(), ".local/state"), "bakup");
}

/** A folder below the state folder, made when it is missing. */
export function ensureStateFolder(...names: string[]): string {
  const folder = join(stateFolder(), ...names);
  inStateFolder(() => mkdirSync(folder, { recursive: true, mode: 0o700 }));
  return folder;
}

/** Does something below the state folder. @throws BakupError when a file stands where a folder belongs */
export function inStateFolder<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    const code = errnoOf(error) ?? errnoOf(error instanceof Error ? error.cause : undefined);
    if (code !== "ENOTDIR" && code !== "EEXIST") {
      throw error;
    }
    throw new BakupError(`bakup cannot remember anything in ${stateFolder()}: a file stands where a folder belongs`, {
      hint: `move it away: ls -ld ${stateFolder()} ${stateFolder()}/profiles/*`,
      cause: error,
    });
  }
}

/** Where what concerns one profile is remembered. */
export function profileStateFolder(profile: string): string {
  return join(stateFolder(), "profiles", profile);
}
