import { lintTimerArgs } from "../schedule/lint.ts";
import type { CheckedFile } from "./check.ts";
import type { Complaint } from "./complaint.ts";
import type { LocatedProfile } from "./contradictions.ts";
import { findProgramProblem } from "./file-system.ts";
import type { KeyPath } from "./schema.ts";
import { isPlainName } from "./value-types.ts";

/** Keys that would make all profiles one, when all of them shared it. */
const NEVER_SHARED: readonly KeyPath[] = ["profile.id", "profile.name", "destination.location"];

export interface ProfileProblems {
  complaints: Complaint[];
  warnings: Complaint[];
}

/** What is wrong in one profile beyond its single keys: what is missing, and what the machine lacks. */
export function findProfileProblems(located: LocatedProfile): ProfileProblems {
  const timer = findScheduleProblems(located);
  return {
    complaints: [
      ...findMissingLocation(located),
      ...findUnfitName(located),
      ...findUnfitPrograms(located),
      ...timer.complaints,
    ],
    warnings: [...timer.warnings, ...findIdleTunnel(located), ...findIdleDevice(located), ...findUnfitAlarms(located)],
  };
}

/** What must not stand in the file that several profiles share. */
export function findSharedProblems({ file, given }: CheckedFile): Complaint[] {
  return NEVER_SHARED.flatMap((path) => {
    const line = given.get(path)?.lines[0];
    const [section, key] = path.split(".");
    const message = `[${section}] ${key} belongs in the files of profiles.d: every profile needs its own`;
    return line === undefined ? [] : [{ file, line, message }];
  });
}

/** The shared file as the profiles see it. */
export function withoutUnshareable<File extends CheckedFile>(file: File): File {
  const unshareable: readonly string[] = NEVER_SHARED;
  return { ...file, given: new Map([...file.given].filter(([path]) => !unshareable.includes(path))) };
}

function findMissingLocation({ settled }: LocatedProfile): Complaint[] {
  if (settled.isGiven("destination.location")) {
    return [];
  }
  const message = "no destination is given; write location = … in the section [destination]";
  return [{ ...settled.placeOf("destination.location"), message }];
}

function findUnfitName({ profile, settled }: LocatedProfile): Complaint[] {
  if (settled.isGiven("profile.name") || isPlainName(profile.name)) {
    return [];
  }
  const message = `the file's name cannot be the profile's name; write name = … in the section [profile]`;
  return [{ ...settled.placeOf("profile.name"), message }];
}

function findUnfitPrograms({ profile, settled }: LocatedProfile): Complaint[] {
  const { callback, schedule } = profile;
  const complaints: Complaint[] = [];
  const callbackProblem = callback.path === undefined ? undefined : findProgramProblem(callback.path);
  if (callback.path !== undefined && callbackProblem !== undefined && settled.isSound("callback.path")) {
    complaints.push(
      settled.isGiven("callback.path")
        ? { ...settled.placeOf("callback.path"), message: `the callback ${callback.path} ${callbackProblem}` }
        : { file: callback.path, line: 0, message: `this callback ${callbackProblem}` },
    );
  }
  const timerProblem = schedule.timerScript === undefined ? undefined : findProgramProblem(schedule.timerScript);
  if (timerProblem !== undefined) {
    const message = `the timer script ${schedule.timerScript} ${timerProblem}`;
    complaints.push({ ...settled.placeOf("schedule.timer_script"), message });
  }
  return complaints;
}

/** No backup is refused for want of an alarm. */
function findUnfitAlarms({ profile, settled }: LocatedProfile): Complaint[] {
  const { path } = profile.notifications.command;
  const problem = path === undefined ? undefined : findProgramProblem(path);
  return problem === undefined
    ? []
    : [{ ...settled.placeOf("command.path"), message: `the program for alarms ${path} ${problem}` }];
}

/** A timer script makes of its arguments what it likes. */
function findScheduleProblems({ profile, settled }: LocatedProfile): ProfileProblems {
  const { timerArgs, timerScript } = profile.schedule;
  if (
    timerScript !== undefined ||
    !settled.isGiven("schedule.timer_arg") ||
    !settled.isSound("schedule.timer_arg") ||
    !settled.isSound("schedule.timer_script")
  ) {
    return { complaints: [], warnings: [] };
  }
  const problems: ProfileProblems = { complaints: [], warnings: [] };
  for (const { index, message, fatal } of lintTimerArgs(timerArgs)) {
    const complaint = { ...settled.placeOf("schedule.timer_arg", index), message };
    (fatal ? problems.complaints : problems.warnings).push(complaint);
  }
  return problems;
}

function findIdleTunnel({ profile, settled }: LocatedProfile): Complaint[] {
  const { parsed, tunnel } = profile.destination;
  if (tunnel === undefined || parsed.kind === "daemon" || !settled.isSound("destination.location")) {
    return [];
  }
  const message = "tunnel has no effect: it is for the location of an rsync daemon";
  return [{ ...settled.placeOf("destination.tunnel"), message }];
}

function findIdleDevice({ profile, settled }: LocatedProfile): Complaint[] {
  const { crypto, device } = profile.disk;
  if (crypto === undefined || device === undefined) {
    return [];
  }
  const message = `device has no effect: crypto = ${crypto} names the disk`;
  return [{ ...settled.placeOf("disk.device"), message }];
}
