import type { Journal } from "../journal/journal.ts";
import type { AlarmChannel } from "./alarm.ts";
import { mailChannel } from "./mail.ts";
import { notifyDesktop } from "./notify.ts";

export interface ChannelSettings {
  desktop: boolean;
  /** Address that alarms are mailed to. */
  mail: string | undefined;
}

/** The ways in which the people of a profile want to be told. */
export function channelsOf({ desktop, mail }: ChannelSettings, journal: Journal): AlarmChannel[] {
  return [...(desktop ? [desktopChannel(journal)] : []), ...(mail === undefined ? [] : [mailChannel(mail)])];
}

function desktopChannel(journal: Journal): AlarmChannel {
  return {
    name: "desktop",
    send: ({ kind, title, text }) =>
      notifyDesktop({ title, body: text, urgency: kind === "recovery" ? "normal" : "critical" }, journal),
  };
}
