import { homedir } from "node:os";
import { join } from "node:path";

/** The configuration file when none is named: root's in /etc, anyone else's below `$XDG_CONFIG_HOME`. */
export function defaultConfigFile(
  uid: number | undefined = process.getuid?.(),
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  if (uid === 0) {
    return "/etc/bakup/bakup.conf";
  }
  const configured = env.XDG_CONFIG_HOME;
  const folder = configured?.startsWith("/") === true ? configured : join(env.HOME || homedir(), ".config");
  return join(folder, "bakup", "bakup.conf");
}
