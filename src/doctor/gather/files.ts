import { statSync } from "node:fs";
import { dirname } from "node:path";
import type { Profile } from "../../config/profile.ts";
import type { FileFacts } from "../permissions.ts";

/** The files that a configuration consists of and names, each once. Credentials are systemd's own to keep. */
export function gatherFiles(configuration: string, profiles: readonly Profile[]): FileFacts[] {
  const named = profiles.flatMap((profile): [string, FileFacts["role"]][] => [
    [profile.file, "configuration"],
    ...paths("program", profile.callback.path, profile.schedule.timerScript, profile.notifications.command.path),
    ...paths("secret", profile.destination.identity, profile.destination.passwordFile, ...secretsOf(profile)),
  ]);
  const folders = [configuration, ...profiles.map(({ file }) => file)].map((file) => dirname(file));
  const roles = new Map<string, FileFacts["role"]>([
    [configuration, "configuration"],
    ...named,
    ...folders.map((folder) => [folder, "folder"] as const),
  ]);
  return [...roles].map(([path, role]) => ({ path, role, status: statusOf(path) }));
}

/** What is given as `file:/PATH`. */
function secretsOf({ disk, notifications: { ping, ntfy, webhook } }: Profile): (string | undefined)[] {
  const sources = [disk.key, ping.url, ntfy.url, ntfy.token, webhook.url, webhook.token];
  return sources.map((source) => /^file:(.+)$/.exec(source ?? "")?.[1]);
}

function paths(role: FileFacts["role"], ...named: (string | undefined)[]): [string, FileFacts["role"]][] {
  return named.flatMap((path) => (path?.startsWith("/") === true ? [[path, role]] : []));
}

function statusOf(path: string): FileFacts["status"] {
  try {
    const { mode, uid } = statSync(path);
    return { mode, uid };
  } catch {
    return undefined;
  }
}
