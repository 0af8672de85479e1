import { describeError } from "../errors/describe.ts";
import type { Journal } from "../journal/journal.ts";
import { CommandStartError, describeEnd, runCommand } from "../process/command.ts";

const TIME_LIMIT_SECONDS = 5;

/** Any of these says that there is a desktop to show something on. */
const SESSION_VARIABLES = ["DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"] as const;

export interface Notification {
  title: string;
  body: string;
  urgency: "low" | "normal" | "critical";
}

/**
 * Shows a notification on the desktop of the session that bakup was called in. Does nothing where there is no session
 * or no notify-send; never throws and takes 5 seconds at most. A failure is a warning in the journal.
 */
export async function notifyDesktop(notification: Notification, journal?: Journal): Promise<void> {
  if (!SESSION_VARIABLES.some((name) => process.env[name])) {
    return;
  }
  const { title, body, urgency } = notification;
  const args = ["--app-name=bakup", `--urgency=${urgency}`, "--", asArgument(title), asMarkup(asArgument(body))];
  try {
    // Outside a UTF-8 locale notify-send refuses every letter beyond ASCII.
    const env = { LC_ALL: "C.UTF-8" };
    const result = await runCommand("notify-send", args, { env, timeoutSeconds: TIME_LIMIT_SECONDS });
    if (result.exitCode !== 0) {
      const said = result.stderr.toString("utf8").trim();
      journal?.event("notificationFailed", { error: `notify-send: ${said || describeEnd(result)}` });
    }
  } catch (error) {
    if (!(error instanceof CommandStartError && error.errno === "ENOENT")) {
      journal?.event("notificationFailed", { error: describeError(error) });
    }
  }
}

function asArgument(text: string): string {
  return text.replaceAll("\0", "");
}

/** The body is read as markup. */
function asMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
