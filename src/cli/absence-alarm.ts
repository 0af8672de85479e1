import type { Profile } from "../config/profile.ts";
import type { Journal } from "../journal/journal.ts";
import { localTime } from "../lock/local-time.ts";
import { readProfileState, skipSinceLastRun } from "../run/profile-state.ts";
import { formatAge } from "../units/age.ts";
import type { AbsenceFacts } from "../watch/absence.ts";
import type { Alarm } from "../watch/alarm.ts";

export type AbsenceNews = Extract<Alarm["kind"], "absence" | "recovery">;

/** What people and the journal are told of a profile that has no complete snapshot, or has one again. */
export function absenceAlarm(kind: AbsenceNews, profile: Profile, facts: AbsenceFacts): Alarm {
  const { last, watchedSince, now } = facts;
  const { name } = profile;
  if (kind === "recovery") {
    const text = `The newest complete backup began at ${localTime(new Date(last ?? now))}.`;
    return { kind, profile: name, title: `${name} is backed up again`, text };
  }
  const title = `no complete backup of ${name} for ${formatAge(last ?? watchedSince, now)}`;
  const advice = `More about it: bakup status ${name}\nA backup now: bakup run ${name}`;
  return { kind, profile: name, title, text: `${reasonOf(profile, last)}\n\n${advice}` };
}

/** Writes the same to the journal. */
export function logAbsence(kind: AbsenceNews, profile: Profile, facts: AbsenceFacts, journal: Journal): void {
  const { last, watchedSince, now } = facts;
  if (kind === "recovery") {
    journal.event("absenceRecovered", { when: localTime(new Date(last ?? now)) });
    return;
  }
  journal.event("absenceAlarm", {
    age: Math.round((now - (last ?? watchedSince)) / 1000),
    reason: reasonOf(profile, last),
    hint: `bakup status ${profile.name}`,
  });
}

function reasonOf({ name, destination }: Profile, last: number | undefined): string {
  const what =
    last === undefined
      ? `there is none for ${destination.location}`
      : `the newest for ${destination.location} is of ${localTime(new Date(last))}`;
  const state = readProfileState(name);
  const skip = skipSinceLastRun(state);
  if (skip !== undefined) {
    return `${what}; the last run was skipped: ${skip.reason}`;
  }
  return state.lastRun?.error === undefined ? what : `${what}; the last run failed: ${state.lastRun.error}`;
}
