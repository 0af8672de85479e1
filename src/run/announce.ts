import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import { formatDuration } from "../units/duration.ts";
import { notifyDesktop } from "../watch/notify.ts";
import type { RunContext } from "./context.ts";

const TITLE = "System backups";

/** What a notification says before a backup, and after it. */
export const STARTING = "Starting the backup";

/** The end of a run as a notification. */
export function endNotification(exitCode: ExitCode, seconds: number) {
  const duration = formatDuration(seconds);
  if (exitCode === EXIT.done) {
    return { body: `The backup has finished in ${duration}`, urgency: "normal" } as const;
  }
  const end = exitCode === EXIT.incomplete ? `finished with errors in ${duration}` : `failed after ${duration}`;
  return { body: `The backup has ${end}: look at the log`, urgency: "critical" } as const;
}

/** Says that a run begins: to the log, and to those who sit at a screen. */
export async function announceStart(context: RunContext): Promise<void> {
  const { job, journal } = context;
  journal.event("runStarted", { source: job.source, destination: job.location });
  if (job.notifications && job.actions.backup && !job.dryRun) {
    context.notified = true;
    await notifyDesktop({ title: titleOf(job.profile.name), body: STARTING, urgency: "normal" }, journal);
  }
}

/** Says how it ended to those who were told that it begins. */
export async function announceEnd(
  { job, journal, notified, startedAt }: RunContext,
  { exitCode, finishedAt }: { exitCode: ExitCode; finishedAt: Date },
): Promise<void> {
  if (notified === true) {
    const seconds = (finishedAt.getTime() - startedAt.getTime()) / 1000;
    await notifyDesktop({ title: titleOf(job.profile.name), ...endNotification(exitCode, seconds) }, journal);
  }
}

export function titleOf(profile: string): string {
  return `${TITLE}: ${profile}`;
}
