import { describeError } from "../errors/describe.ts";
import type { Journal } from "../journal/journal.ts";

/** Something about a profile that its people must be told once, by every channel. */
export interface Alarm {
  kind: "absence" | "recovery" | "damage";
  profile: string;
  /** One line. */
  title: string;
  /** Whole sentences: what is known, and what to do. */
  text: string;
}

/** One way to reach people. */
export interface AlarmChannel {
  /** For messages, and to remember which channel has not been told yet. */
  name: string;
  /** Rejects when nobody could be told. */
  send(alarm: Alarm): Promise<void>;
}

/**
 * Tells every channel, whatever becomes of the others; one that fails is a warning in the journal.
 * @returns the names of those that failed.
 */
export async function raiseAlarm(
  alarm: Alarm,
  channels: readonly AlarmChannel[],
  journal: Journal,
): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const channel of channels) {
    try {
      await channel.send(alarm);
    } catch (error) {
      failed.push(channel.name);
      journal.event("alarmFailed", { channel: channel.name, error: describeError(error) });
    }
  }
  return failed;
}
