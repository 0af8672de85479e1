import type { Finding } from "./finding.ts";

/** A timer as systemd knows it. */
export interface TimerFacts {
  isEnabled: boolean;
  isActive: boolean;
}

export interface TimersFacts {
  /** `bakup.timer`, which runs all profiles. */
  all: TimerFacts;
  /** `bakup-watch.timer`. */
  watch: TimerFacts;
  /** `bakup@PROFILE.timer` of each profile. */
  profiles: readonly (TimerFacts & { profile: string; whenPlugged: boolean })[];
}

const START_ALL = "systemctl enable --now bakup.timer";

/** Whether something starts the backups, and something else notices when nothing does. */
export function judgeTimers({ all, watch, profiles }: TimersFacts): Finding[] {
  const asleep = profiles.filter((own) => !isOn(all) && !isOn(own));
  return [
    ...asleep.map((own) => judgeAsleep(own, all)),
    ...(asleep.length === 0 ? [fine("timers start the backups")] : []),
    isOn(watch)
      ? fine("a timer looks for profiles without backups")
      : advice("nothing says so when backups stay away", "systemctl enable --now bakup-watch.timer"),
  ];
}

function judgeAsleep(own: TimersFacts["profiles"][number], all: TimerFacts): Finding {
  const { profile } = own;
  if (own.whenPlugged) {
    return { ...advice("only plugging in its disk starts its backup", START_ALL), profile };
  }
  const timers = [
    { name: "bakup.timer", ...all },
    { name: `bakup@${profile}.timer`, ...own },
  ];
  const half = timers.find(({ isEnabled, isActive }) => isEnabled || isActive);
  return { check: "timer", level: "problem", profile, ...judgeHalf(half) };
}

/** A timer that is either enabled or at work, if there is one. */
function judgeHalf(timer: (TimerFacts & { name: string }) | undefined): { text: string; hint: string } {
  if (timer === undefined) {
    return { text: "no timer starts its backup", hint: START_ALL };
  }
  const { name, isEnabled } = timer;
  return isEnabled
    ? { text: `${name} is enabled but not started: it begins with the next boot`, hint: `systemctl start ${name}` }
    : { text: `${name} is at work but not enabled: it ends with the next boot`, hint: `systemctl enable ${name}` };
}

function isOn({ isEnabled, isActive }: TimerFacts): boolean {
  return isEnabled && isActive;
}

function fine(text: string): Finding {
  return { check: "timer", level: "fine", text };
}

function advice(text: string, hint: string): Finding {
  return { check: "timer", level: "advice", text, hint };
}
