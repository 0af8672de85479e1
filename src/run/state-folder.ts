import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

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
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Where what concerns one profile is remembered. */
export function profileStateFolder(profile: string): string {
  return join(stateFolder(), "profiles", profile);
}
