import type { Profile } from "../config/profile.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import type { Journal } from "../journal/journal.ts";
import { patienceOf } from "../run/patience.ts";
import { tellFailureAgain } from "../run/tell-run.ts";
import { readWatchState, type WatchState, writeWatchState } from "../run/watch-state.ts";
import { type AbsenceFacts, type AbsenceVerdict, absentFrom, judgeAbsence } from "../watch/absence.ts";
import { raiseAlarm } from "../watch/alarm.ts";
import { channelsOf } from "../watch/channels.ts";
import { type AbsenceNews, absenceAlarm, logAbsence } from "./absence-alarm.ts";
import type { WatchCommandOptions } from "./commands/watch.ts";
import { readConfiguration } from "./configuration.ts";
import { lastCompleteStart } from "./last-complete.ts";
import { openLog } from "./log.ts";
import { print, printJson } from "./output.ts";
import type { WatchJson } from "./schema/watch.ts";

/** What the watch found out about one profile. */
interface Watched {
  profile: string;
  verdict: AbsenceVerdict;
  lastComplete: string | null;
  /** When silence becomes an absence; null for never. */
  absentFrom: string | null;
}

/** `bakup watch`: tells people once that a profile is without backups, and once that it has them again. */
export async function watchProfiles(names: readonly string[], options: WatchCommandOptions): Promise<ExitCode> {
  const journal = openLog(options);
  const found: Watched[] = [];
  for (const profile of readConfiguration(options.config, names)) {
    found.push(await watchProfile(profile, journal.child({ profile: profile.name })));
  }
  if (options.json) {
    printJson({ profiles: found } satisfies WatchJson);
  } else {
    for (const { profile, verdict } of found) {
      print(`${profile}: ${VERDICTS[verdict]}`);
    }
  }
  return EXIT.done;
}

const VERDICTS: Readonly<Record<AbsenceVerdict, string>> = {
  well: "all is well",
  alarm: "no complete snapshot for too long",
  standing: "still no complete snapshot",
  recovered: "there is a complete snapshot again",
};

async function watchProfile(profile: Profile, journal: Journal): Promise<Watched> {
  const now = Date.now();
  const known = readWatchState(profile.name);
  const state = known ?? { watchedSince: new Date(now).toISOString() };
  const facts: AbsenceFacts = {
    now,
    last: lastCompleteStart(profile, now),
    watchedSince: Date.parse(state.watchedSince),
    isStanding: state.alarm !== undefined,
    patience: patienceOf(profile),
  };
  const verdict = judgeAbsence(facts);
  await tellFailureAgain(profile, journal);
  const next = await tell({ profile, state, facts, verdict }, journal);
  if (next !== known) {
    writeWatchState(profile.name, next);
  }
  const { last, watchedSince, patience } = facts;
  const limit = absentFrom(patience, last ?? watchedSince);
  return {
    profile: profile.name,
    verdict,
    lastComplete: last === undefined ? null : new Date(last).toISOString(),
    absentFrom: Number.isFinite(limit) ? new Date(limit).toISOString() : null,
  };
}

interface Finding {
  profile: Profile;
  state: WatchState;
  facts: AbsenceFacts;
  verdict: AbsenceVerdict;
}

const NEWS: Readonly<Partial<Record<AbsenceVerdict, AbsenceNews>>> = { alarm: "absence", recovered: "recovery" };

/** Tells what is new by every channel, and what is not by those that failed before. @returns what to remember. */
async function tell({ profile, state, facts, verdict }: Finding, journal: Journal): Promise<WatchState> {
  const news = NEWS[verdict];
  const kind = news ?? state.untold?.kind;
  if (kind === undefined) {
    return state;
  }
  if (news !== undefined) {
    logAbsence(kind, profile, facts, journal);
  }
  const channels = channelsOf(profile.notifications, journal).filter(
    ({ name }) => news !== undefined || state.untold?.channels.includes(name),
  );
  const failed = await raiseAlarm(absenceAlarm(kind, profile, facts), channels, journal);
  const isAbsent = verdict === "alarm" || verdict === "standing";
  const since = state.alarm?.since ?? new Date(facts.now).toISOString();
  return {
    watchedSince: state.watchedSince,
    ...(isAbsent ? { alarm: { since } } : {}),
    ...(failed.length === 0 ? {} : { untold: { kind, channels: failed } }),
  };
}
