import type { Journal } from "../journal/journal.ts";
import { raiseAlarm } from "../watch/alarm.ts";
import { channelsOf } from "../watch/channels.ts";
import type { Target } from "./target.ts";

/** Tells the profile's people of damage by every channel they have; a store without a profile has nobody to tell. */
export async function raiseDamageAlarm({ profile }: Target, fact: string, journal: Journal): Promise<void> {
  if (profile === undefined) {
    return;
  }
  const { name, notifications } = profile;
  const advice = `What is wrong: bakup verify ${name}\nWhat can be healed: bakup repair ${name} --dry-run`;
  const text = `${fact}.\nIs the disk failing? Its own account of that: smartctl -a\n\n${advice}`;
  const alarm = { kind: "damage", profile: name, title: `damage in the backups of ${name}`, text } as const;
  await raiseAlarm(alarm, channelsOf(notifications, journal), journal);
}
