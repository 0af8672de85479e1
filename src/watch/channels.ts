import type { Journal } from "../journal/journal.ts";
import type { AlarmChannel, AlarmKind } from "./alarm.ts";
import { commandChannel } from "./alarm-command.ts";
import { mailChannel } from "./mail.ts";
import { notifyDesktop } from "./notify.ts";
import { ntfyChannel } from "./ntfy.ts";
import { pingChannel } from "./ping.ts";
import type { AddressSource } from "./request.ts";
import type { SecretSource } from "./secret.ts";
import { webhookChannel } from "./webhook.ts";

/** How the people and monitors of a profile want to be told, and of what. */
export interface ChannelSettings {
  desktop: boolean;
  /** Address that alarms are mailed to. */
  mail: string | undefined;
  mailKinds: readonly AlarmKind[];
  ping: { url: AddressSource | undefined; kinds: readonly AlarmKind[] };
  ntfy: WebSettings;
  webhook: WebSettings;
  command: { path: string | undefined; kinds: readonly AlarmKind[] };
}

interface WebSettings {
  url: AddressSource | undefined;
  token: SecretSource | undefined;
  kinds: readonly AlarmKind[];
}

/** The channels that are configured. */
export function channelsOf(settings: ChannelSettings, journal: Journal): AlarmChannel[] {
  const { desktop, mail, mailKinds, ping, ntfy, webhook, command } = settings;
  return [
    ...(desktop ? [desktopChannel(journal)] : []),
    ...(mail === undefined ? [] : [mailChannel(mail, mailKinds)]),
    ...(ping.url === undefined ? [] : [pingChannel({ ...ping, url: ping.url })]),
    ...(ntfy.url === undefined ? [] : [ntfyChannel({ ...ntfy, url: ntfy.url })]),
    ...(webhook.url === undefined ? [] : [webhookChannel({ ...webhook, url: webhook.url })]),
    ...(command.path === undefined ? [] : [commandChannel({ ...command, path: command.path })]),
  ];
}

/** Of a run's start and end the run itself tells those at the screen. */
const DESKTOP_KINDS: readonly AlarmKind[] = ["recovery", "absence", "damage"];

function desktopChannel(journal: Journal): AlarmChannel {
  return {
    name: "desktop",
    kinds: DESKTOP_KINDS,
    send: ({ kind, title, text }) =>
      notifyDesktop({ title, body: text, urgency: kind === "recovery" ? "normal" : "critical" }, journal),
  };
}
