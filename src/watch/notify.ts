import { describeError } from "../errors/describe.ts";
import type { Journal } from "../journal/journal.ts";
import { CAPABILITY, hasCapability } from "../process/capabilities.ts";
import { CommandStartError, firstComplaint, runCommand } from "../process/command.ts";
import { findSessions, type Session } from "./sessions.ts";

const TIME_LIMIT_SECONDS = 5;
const SERVICE = "org.freedesktop.Notifications";
const URGENCIES = { low: 0, normal: 1, critical: 2 } as const;

/** No notification service there, or no session any more: nothing is wrong. */
const NOBODY_THERE =
  /not provided by any|not activatable|does not exist|has no owner|ServiceUnknown|Failed to connect to bus: (?:No such file|Connection refused)/;

export interface Notification {
  title: string;
  body: string;
  urgency: keyof typeof URGENCIES;
}

/**
 * Shows a notification on the desktop of everybody who is logged in; as another user than root, on their own. Does
 * nothing where there is no session or no notification service; never throws and takes about 5 seconds at most. Any
 * other failure is a warning in the journal.
 */
export async function notifyDesktop(notification: Notification, journal?: Journal): Promise<void> {
  const sessions = await findSessions();
  await Promise.all(
    sessions.map(async (session) => {
      const failure = await show(notification, session);
      if (failure !== undefined) {
        journal?.event("notificationFailed", { error: `${session.address}: ${failure}` });
      }
    }),
  );
}

/** @returns why it could not be shown; undefined when it was, or nobody is there to show it. */
async function show(notification: Notification, session: Session): Promise<string | undefined> {
  const [program = "", ...args] = [...asUser(session), ...busctl(notification, session)];
  try {
    const result = await runCommand(program, args, { env: ENVIRONMENT, timeoutSeconds: TIME_LIMIT_SECONDS });
    const said = firstComplaint(result);
    return result.exitCode === 0 || NOBODY_THERE.test(said) ? undefined : said;
  } catch (error) {
    return error instanceof CommandStartError && error.errno === "ENOENT" ? undefined : describeError(error);
  }
}

/** Outside a UTF-8 locale busctl refuses every letter beyond ASCII. */
const ENVIRONMENT = { LC_ALL: "C.UTF-8" };

/**
 * A session bus talks to its own user alone, not to root. In the sandbox of bakup's units root may not become somebody
 * else: there systemd starts the program.
 */
function asUser({ uid, gid }: Session): string[] {
  if (uid === process.getuid?.()) {
    return [];
  }
  return hasCapability(CAPABILITY.setuid) && hasCapability(CAPABILITY.setgid)
    ? ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "--"]
    : ["systemd-run", "--quiet", "--collect", "--wait", "--pipe", `--uid=${uid}`, `--gid=${gid}`, "--"];
}

/** See the Desktop Notifications Specification: who, instead of which one, icon, texts, actions, hints, for how long. */
function busctl({ title, body, urgency }: Notification, { address, hasScreen }: Session): string[] {
  const options = [`--address=${address}`, `--timeout=${TIME_LIMIT_SECONDS}`, `--auto-start=${hasScreen}`];
  const method = [SERVICE, "/org/freedesktop/Notifications", SERVICE, "Notify", "susssasa{sv}i"];
  const texts = ["bakup", "0", "drive-harddisk", asArgument(title), asMarkup(asArgument(body))];
  const hints = ["1", "urgency", "y", String(URGENCIES[urgency])];
  return ["busctl", ...options, "call", "--", ...method, ...texts, "0", ...hints, "-1"];
}

function asArgument(text: string): string {
  return text.replaceAll("\0", "");
}

/** The body is read as markup. */
function asMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
