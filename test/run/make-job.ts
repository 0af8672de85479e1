import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { TestContext } from "node:test";
import { describeError } from "../../src/errors/describe.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { executeJob, type RunOptions, type RunReport } from "../../src/run/execute.ts";
import type { Job } from "../../src/run/job.ts";
import { setInEnvironment } from "../environment.ts";
import { temporaryFolder } from "../store/make-store.ts";

/** A source with a few files and a place for a store, in a folder of their own; bakup's state lies there as well. */
export interface Place {
  top: string;
  source: string;
  /** The store's folder, which does not exist yet. */
  store: string;
  mirror: string;
}

export function makePlace(test: TestContext): Place {
  const top = temporaryFolder(test);
  keepStateIn(test, join(top, "state"));
  const source = join(top, "source");
  mkdirSync(join(source, "folder"), { recursive: true });
  writeFileSync(join(source, "file"), "one\n");
  writeFileSync(join(source, "folder/other"), "two\n");
  const store = join(top, "store");
  return { top, source, store, mirror: join(store, "latest") };
}

/** What bakup remembers on this machine stays in a folder until the end of the test. */
export function keepStateIn(test: TestContext, folder: string): void {
  setInEnvironment(test, "STATE_DIRECTORY", folder);
}

/** An ordinary backup of a folder to a mirror, with the given differences. */
export function makeJob({ source, mirror }: Pick<Place, "source" | "mirror">, changes: Partial<Job> = {}): Job {
  return {
    profile: { id: "7", name: "laptop" },
    source,
    sourceMustBeMounted: false,
    destination: { kind: "local", directory: resolve(mirror) },
    location: mirror,
    filters: { excludedRoots: [], exclude: [], oneFileSystem: true },
    actions: { backup: true, snapshot: true, rotate: true },
    rotation: { scheme: { minutely: "always" }, relaxed: false, preferRecent: false, include: [], exclude: [] },
    guard: { maxDeletePercent: 50, maxRewritePercent: 50 },
    walk: { index: true, everySeconds: 7 * 86_400, full: false },
    skipUnchanged: false,
    ionice: undefined,
    callback: undefined,
    disk: { crypto: undefined, mount: undefined },
    notifications: false,
    schedule: undefined,
    dryRun: false,
    ...changes,
  };
}

/** Does a run in this process. @returns its report, the kinds and texts of its log, and the error in words. */
export async function runHere(
  job: Job,
  options: Omit<RunOptions, "journal"> = {},
): Promise<RunReport & { log: { kind: string; fields: Readonly<Record<string, unknown>> }[]; message: string }> {
  const log: { kind: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const journal: Journal = { event: (kind, fields) => void log.push({ kind, fields }), child: () => journal };
  const report = await executeJob(job, { journal, ...options });
  return { ...report, log, message: report.error === undefined ? "" : describeError(report.error) };
}

/** Instants a minute apart, so that each run's snapshot has a name of its own. */
export function instant(minute: number): Date {
  return new Date(Date.UTC(2026, 2, 1, 12, minute, 0));
}
