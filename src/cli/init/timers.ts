import { existsSync } from "node:fs";
import type { TimersFacts } from "../../doctor/timers.ts";
import { BakupError } from "../../errors/errors.ts";
import { firstComplaint, runCommand } from "../../process/command.ts";

/** The configuration that the units of systemd use. */
const UNITS_CONFIGURATION = "/etc/bakup/bakup.conf";

/** Why systemd cannot start the backups of a configuration; undefined when it can. */
export function whyNoTimer(config: string): string | undefined {
  if (config !== UNITS_CONFIGURATION) {
    return `the timers of systemd start what is configured in ${UNITS_CONFIGURATION}`;
  }
  return existsSync("/run/systemd/system") ? undefined : "systemd does not run here";
}

/**
 * The timers to enable for a new profile; none when all runs already. `bakup.timer` starts every profile; where others
 * have timers of their own instead, the new one gets its own too. Pure.
 */
export function timersFor(name: string, { all, watch, profiles }: TimersFacts): string[] {
  const own = profiles.find(({ profile }) => profile === name);
  const haveOwn = profiles.some(({ profile, isEnabled }) => profile !== name && isEnabled);
  const isStarted = isOn(all) || (own !== undefined && isOn(own));
  const starter = haveOwn && !all.isEnabled ? `bakup@${name}.timer` : "bakup.timer";
  return [...(isStarted ? [] : [starter]), ...(isOn(watch) ? [] : ["bakup-watch.timer"])];
}

function isOn({ isEnabled, isActive }: { isEnabled: boolean; isActive: boolean }): boolean {
  return isEnabled && isActive;
}

/** The command that enables timers, as a person would type it. Pure. */
export function enableCommand(timers: readonly string[]): string[] {
  return ["systemctl", "enable", "--now", ...timers];
}

/** @throws BakupError when systemd refuses. */
export async function enableTimers(timers: readonly string[]): Promise<void> {
  const [file = "", ...args] = enableCommand(timers);
  const result = await runCommand(file, args);
  if (result.exitCode !== 0) {
    throw new BakupError(`cannot enable ${timers.join(" and ")}: ${firstComplaint(result)}`, {
      hint: `the profile is written; try: ${enableCommand(timers).join(" ")}`,
    });
  }
}
