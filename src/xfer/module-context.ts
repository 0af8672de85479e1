import { setTimeout as sleep } from "node:timers/promises";
import { AlreadyRunningError, StoreError } from "../errors/errors.ts";
import type { Journal } from "../journal/journal.ts";
import { acquireGuard } from "../lock/guard.ts";
import { newContext, type RunContext, undoAll } from "../run/context.ts";
import { guardKeyOf } from "../run/guard-key.ts";
import { DEFAULT_WALK_RULES, type Job } from "../run/job.ts";
import { openDestination } from "../run/open-destination.ts";
import type { Store } from "../store/layout.ts";
import type { Request } from "./request.ts";
import type { ModuleSettings } from "./settings.ts";

/** Somebody may be looking at the store, or rotating it by hand. */
const WAIT_MS = 3_600_000;
const TRY_MS = 500;

export interface ModuleWork {
  request: Request;
  settings: ModuleSettings;
  journal: Journal;
  /** When the upload began: the instant that its snapshot stands for. */
  startedAt: Date;
  runtimeDirectory?: string | undefined;
}

/**
 * Does something with a module's store as a run of bakup does: under its lock, in the store that we know, put in order
 * first; everything is closed and unlocked at the end.
 */
export async function withModule<T>(
  work: ModuleWork,
  act: (context: RunContext, store: Store) => Promise<T>,
): Promise<T> {
  const { journal, request, startedAt } = work;
  const context = newContext(jobOf(work), { journal, now: startedAt });
  try {
    const guard = await waitForGuard(guardKeyOf(context.job), `keeping an upload to ${request.module}`, work);
    context.guards.push(guard);
    context.undo.push({ name: "unlock the module", undo: () => guard.release() });
    await openDestination(context);
    if (context.store === undefined) {
      throw new StoreError("the store is not open");
    }
    return await act(context, context.store);
  } finally {
    await undoAll(context);
  }
}

async function waitForGuard(key: string, describe: string, { runtimeDirectory }: ModuleWork) {
  const end = Date.now() + WAIT_MS;
  for (;;) {
    try {
      return await acquireGuard({ key, describe, ...(runtimeDirectory === undefined ? {} : { runtimeDirectory }) });
    } catch (error) {
      if (!(error instanceof AlreadyRunningError) || Date.now() > end) {
        throw error;
      }
      await sleep(TRY_MS);
    }
  }
}

/** A run without a transfer: that was the client's. */
function jobOf({ request, settings }: ModuleWork): Job {
  return {
    profile: { id: "1", name: request.module },
    source: `rsync://${request.client}/${request.module}`,
    sourceMustBeMounted: false,
    destination: { kind: "local", directory: request.path },
    location: request.path,
    filters: { excludedRoots: [], exclude: [], oneFileSystem: true },
    actions: { backup: false, snapshot: true, rotate: true },
    rotation: settings.rotation,
    guard: { maxDeletePercent: 100, maxRewritePercent: 100 },
    walk: { ...DEFAULT_WALK_RULES, index: false },
    skipUnchanged: false,
    ionice: undefined,
    callback: undefined,
    disk: { crypto: undefined, mount: undefined },
    notifications: false,
    schedule: undefined,
    watchesClock: "destination",
    dryRun: false,
  };
}
