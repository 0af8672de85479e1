import { randomUUID } from "node:crypto";
import { join, resolve } from "node:path";
import { isatty } from "node:tty";
import { callCallback } from "../callback/call.ts";
import { CALLBACK_ERROR, REASON } from "../callback/reasons.ts";
import { formatComplaint } from "../config/complaint.ts";
import { type CallbackTarget, loadConfiguration } from "../config/load.ts";
import type { Profile } from "../config/profile.ts";
import { describeError } from "../errors/describe.ts";
import { EXIT, type ExitCode, worstExitCode } from "../errors/exit-codes.ts";
import type { Journal } from "../journal/journal.ts";
import type { RunReport } from "../run/execute.ts";
import { recordRun } from "../run/history/recorder.ts";
import { jobOfProfile } from "../run/job.ts";
import { rememberRun } from "../run/profile-state.ts";
import { tellOfRun } from "../run/tell-run.ts";
import { storePathOf } from "../store/layout.ts";
import type { RunCommandOptions } from "./commands/run.ts";
import { configurationError } from "./configuration.ts";
import { openLog } from "./log.ts";
import { printError, printNote } from "./output.ts";
import { runJob } from "./run-job.ts";
import { stopOnSignals } from "./stop-signals.ts";

/** Runs the profiles one after the other. @returns the worst of their exit codes. */
export async function runProfiles(names: readonly string[], options: RunCommandOptions): Promise<ExitCode> {
  const loaded = loadConfiguration({ file: options.config, profiles: names });
  if (!loaded.ok) {
    printError(configurationError(loaded));
    if (!options.dryRun) {
      await Promise.all(loaded.callbacks.map(tellBrokenConfiguration));
    }
    return EXIT.configuration;
  }
  for (const warning of loaded.warnings) {
    printNote(`bakup: warning: ${formatComplaint(warning)}`);
  }
  const journal = openLog(options);
  const { signal, release } = stopOnSignals();
  try {
    const codes: ExitCode[] = [];
    for (const profile of loaded.profiles) {
      codes.push(await runProfile(profile, options, { journal, signal }));
      if (signal.aborted) {
        break;
      }
    }
    return worstExitCode(codes);
  } finally {
    release();
  }
}

async function runProfile(
  profile: Profile,
  options: RunCommandOptions,
  { journal, signal }: { journal: Journal; signal: AbortSignal },
): Promise<ExitCode> {
  const run = randomUUID();
  const log = journal.child({ profile: profile.name, run });
  if (options.force && !profile.schedule.allowForce) {
    log.event("runFailed", { error: "forcing a backup is not allowed for this profile (allow_force = no)" });
    return EXIT.failed;
  }
  const job = jobOfProfile(profile, {
    dryRun: options.dryRun === true,
    timed: options.timed === true && options.force !== true,
    force: options.force === true,
    interactive: isatty(0),
    full: options.full === true,
  });
  const recorder = job.dryRun ? undefined : recordRun(job, run, (text) => log.event("warning", { text }));
  const teller = tellOfRun(profile, log);
  const report = await runJob(job, {
    journal: recorder?.journal(log) ?? log,
    signal,
    ...(recorder === undefined ? {} : { observers: [recorder.observer, teller.observer] }),
  });
  const record = recorder?.finish(report);
  if (!job.dryRun && report.exitCode !== EXIT.alreadyRunning) {
    try {
      rememberRun(profile.name, report, snapshotPath(profile, report));
    } catch (error) {
      log.event("warning", { text: `cannot remember this run: ${describeError(error)}` });
    }
  }
  if (record !== undefined) {
    await teller.end(report, record);
  }
  return report.exitCode;
}

/** Where the snapshot of a run is, if there is one and it is on this machine. */
function snapshotPath({ destination: { parsed } }: Profile, { snapshot }: RunReport): string | undefined {
  return snapshot === undefined || parsed.kind !== "local"
    ? undefined
    : join(storePathOf(resolve(parsed.directory)), snapshot);
}

async function tellBrokenConfiguration({ path, id, name, timeoutSeconds }: CallbackTarget): Promise<void> {
  const callback = { path, timeoutSeconds, profileId: id, profileName: name };
  const outcome = await callCallback(callback, REASON.error, [String(CALLBACK_ERROR.configuration)], {
    onLine: (_, line) => printNote(`callback: ${line}`),
  });
  if (outcome.kind !== "returned" || outcome.code !== 0) {
    printNote(`bakup: warning: the callback ${path} failed for "4 1"`);
  }
}
