import type { Journal } from "../journal/journal.ts";
import type { Observer } from "../run/context.ts";
import { executeJob, type RunReport } from "../run/execute.ts";
import type { Job } from "../run/job.ts";
import { progressLine } from "./progress-line.ts";
import { statusLine } from "./status-line.ts";

/** Does one run with its progress on the terminal or in the unit's status, and its log beside it. */
export async function runJob(
  job: Job,
  { journal, signal, observers = [] }: { journal: Journal; signal: AbortSignal; observers?: readonly Observer[] },
): Promise<RunReport> {
  const progress = progressLine(process.stderr);
  const log = clearingFirst(journal, progress.clear);
  const status = statusLine(job.profile.name);
  const all = [progress, status, ...observers];
  const observer: Observer = {
    onStep: (step) => {
      for (const each of all) {
        each.onStep?.(step);
      }
    },
    onProgress: (...parts) => {
      for (const each of all) {
        each.onProgress?.(...parts);
      }
    },
  };
  try {
    const report = await executeJob(job, { journal: log, signal, observer });
    status.end(report);
    return report;
  } finally {
    progress.clear();
  }
}

/** The progress line must not stand in the middle of a log line. */
function clearingFirst(journal: Journal, clear: () => void): Journal {
  return {
    event: (kind, fields) => {
      clear();
      journal.event(kind, fields);
    },
    child: (fields) => clearingFirst(journal.child(fields), clear),
  };
}
