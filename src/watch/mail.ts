import { hostname } from "node:os";
import { BakupError } from "../errors/errors.ts";
import { firstComplaint, runCommand } from "../process/command.ts";
import type { Alarm, AlarmChannel, AlarmKind } from "./alarm.ts";

/** Where mail servers put it, which is not on the PATH of every user. */
const SENDMAIL_FOLDERS = "/usr/sbin:/usr/lib";
const TIME_LIMIT_SECONDS = 20;

class MailError extends BakupError {}

/** Mails alarms by sendmail(8). */
export function mailChannel(address: string, kinds: readonly AlarmKind[]): AlarmChannel {
  return {
    name: "mail",
    kinds,
    async send(alarm) {
      const result = await runCommand("sendmail", ["-i", "--", address], {
        env: { PATH: `${process.env.PATH ?? ""}:${SENDMAIL_FOLDERS}` },
        input: [Buffer.from(messageOf(alarm, address))],
        timeoutSeconds: TIME_LIMIT_SECONDS,
      });
      if (result.exitCode !== 0) {
        throw new MailError(`sendmail: ${firstComplaint(result)}`);
      }
    },
  };
}

function messageOf({ title, text, log = [] }: Alarm, address: string): string {
  return [
    `To: ${address}`,
    `Subject: ${encodeHeader(`${hostname()}: ${title}`)}`,
    "Auto-Submitted: auto-generated",
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=UTF-8",
    "Content-Transfer-Encoding: 8bit",
    "",
    text,
    ...(log.length === 0 ? [] : ["", "The end of the log:", "", ...log]),
    "",
  ].join("\n");
}

/** What is not plain ASCII goes into encoded words of RFC 2047, each short enough for a line. */
function encodeHeader(text: string): string {
  if (/^[ -~]*$/.test(text)) {
    return text;
  }
  const words = text.match(/.{1,10}/gsu) ?? [];
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString("base64")}?=`).join("\n ");
}
