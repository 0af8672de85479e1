import { BakupError } from "../errors/errors.ts";
import { ConnectionError } from "../ssh/complaints.ts";
import type { SshSession } from "../ssh/session.ts";
import { callScript, type FarShell, hasBegun, posix } from "./far-shell.ts";

/** What the machine at the other end is able to do for us. */
export interface FarMachine {
  shell: FarShell;
  root: boolean;
  /** Where bakup is there, if it is. */
  bakup: string | undefined;
}

const PROBE = posix`
say uid "$(id -u)"
say host "$(uname -n)"
say rsync "$(command -v rsync)"
say bakup "$(command -v bakup)"
if [ "$1" = yes ] && [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then say sudo missing
  elif sudo -n true 2>/dev/null </dev/null; then say sudo yes
  else say sudo refused
  fi
fi`;

/**
 * Looks at the machine at the other end. Undefined when it gives us no shell, as with a forced command: then it takes
 * files, and nothing else can be asked of it.
 * @throws BakupError when rsync or sudo is missing there.
 */
export async function lookAtMachine(
  session: SshSession,
  { sudo, signal }: { sudo: boolean; signal: AbortSignal },
): Promise<FarMachine | undefined> {
  const shell: FarShell = { session, sudo: false, signal };
  const result = await callScript(shell, PROBE, { args: [sudo ? "yes" : "no"] });
  if (!hasBegun(result)) {
    return undefined;
  }
  const { where } = session;
  if (result.noise !== "") {
    throw new ConnectionError(`the login shell of ${where} prints text of its own, which rsync cannot bear`, {
      hint: "let ~/.bashrc and the like print only when there is a terminal",
      temporary: false,
    });
  }
  const { answer } = result;
  const root = answer.get("uid") === "0";
  if (!answer.get("rsync")) {
    throw new BakupError(`there is no rsync on ${where}`, { hint: "install rsync there" });
  }
  if (sudo && !root && answer.get("sudo") !== "yes") {
    const why = answer.get("sudo") === "missing" ? "has no sudo" : "wants a password for sudo";
    throw new BakupError(`superuser privileges are needed on ${where}, which ${why}`, {
      hint: "log in as root, allow sudo without a password there, or do without: [destination] sudo = no, or --no-sudo",
    });
  }
  return { shell: { ...shell, sudo: sudo && !root }, root: root || sudo, bakup: answer.get("bakup") || undefined };
}
