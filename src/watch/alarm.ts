import { describeError } from "../errors/describe.ts";
import type { Journal } from "../journal/journal.ts";

/** What people and monitors can be told of. A recovery ends failures or an absence. */
export const ALARM_KINDS = ["start", "success", "failure", "recovery", "absence", "damage"] as const;

export type AlarmKind = (typeof ALARM_KINDS)[number];

/** Something about a profile that is told by every channel that wants to know of its kind. */
export interface Alarm {
  kind: AlarmKind;
  profile: string;
  /** One line. */
  title: string;
  /** Whole sentences: what is known, and what to do. */
  text: string;
  /** The last lines of the run's log. */
  log?: readonly string[];
}

/** One way to reach people or a monitor. */
export interface AlarmChannel {
  /** For messages, and to remember which channel has not been told yet. */
  name: string;
  kinds: readonly AlarmKind[];
  /** A monitor that counts runs: it is told of each failure, while people are told of the first. */
  wantsEach?: boolean;
  /** Rejects when nobody could be told. Ends by itself, also when the other side hangs. */
  send(alarm: Alarm): Promise<void>;
}

/**
 * Tells all channels that want to know at once, whatever becomes of the others; one that fails is a warning in the
 * journal.
 * @returns the names of those that failed.
 */
export async function raiseAlarm(
  alarm: Alarm,
  channels: readonly AlarmChannel[],
  journal: Journal,
): Promise<readonly string[]> {
  const wanting = channels.filter(({ kinds }) => kinds.includes(alarm.kind));
  const failed = await Promise.all(
    wanting.map(async (channel) => {
      try {
        await channel.send(alarm);
        return [];
      } catch (error) {
        journal.event("alarmFailed", { channel: channel.name, error: describeError(error) });
        return [channel.name];
      }
    }),
  );
  return failed.flat();
}
