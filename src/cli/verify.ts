import { StoreError } from "../errors/errors.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import { findSnapshot, listSnapshots, type Snapshot } from "../store/list.ts";
import { Budget } from "../store/verify/budget.ts";
import { chooseChecks } from "../store/verify/choose.ts";
import { type Verdict, verifyStore } from "../store/verify/verify-store.ts";
import type { VerifyCommandOptions } from "./commands/verify.ts";
import { raiseDamageAlarm } from "./damage-alarm.ts";
import { openLog } from "./log.ts";
import { withLockedStoreLater } from "./patient-lock.ts";
import { stopOnSignals } from "./stop-signals.ts";
import { openTarget, type Target } from "./target.ts";
import { printVerdict, printVerifySummary, reportVerifyJson } from "./verify-report.ts";
import { readVerifyRequest, type VerifyRequest } from "./verify-request.ts";
import { verifySource } from "./verify-source.ts";

/** `bakup verify`: is it all still what it was? @returns 0 when it is, 7 when not, 5 when a part could not be checked. */
export async function verify(profileName: string | undefined, options: VerifyCommandOptions): Promise<ExitCode> {
  const request = readVerifyRequest(options);
  const target = await openTarget(profileName, options);
  const { signal, release } = stopOnSignals();
  try {
    switch (request.mode) {
      case "manifest":
        return await verifyManifests(target, { request, options, signal });
      case "source":
        return await verifySource(target, { request, options, signal });
      case "restore": {
        const { testRestores } = await import("./test-restore.ts");
        return await testRestores(target, { request, options, signal });
      }
    }
  } finally {
    release();
    target.store.close();
  }
}

export interface VerifyCall {
  request: VerifyRequest;
  options: VerifyCommandOptions;
  signal: AbortSignal;
}

async function verifyManifests(target: Target, { request, options, signal }: VerifyCall): Promise<ExitCode> {
  const { store } = target;
  const log = openLog({ ...options, logFormat: "auto" }).child({ profile: target.profile?.name });
  const plan = chooseChecks(snapshotsFor(target, options), { part: request.part, onlyNew: options.new === true });
  const budget = new Budget(request.limits, Date.now());
  const show = (verdict: Verdict) => {
    if (!options.json) {
      printVerdict(verdict, { all: options.verbose > 0, quiet: options.quiet > 0 });
    }
  };
  const verdicts = await verifyStore(store, plan, {
    budget,
    signal,
    locked: (work) => withLockedStoreLater(store, `verify in ${store.path}`, { work, signal }),
    onVerdict: (verdict) => {
      if (verdict.result === "damaged") {
        log.event("snapshotDamaged", { snapshot: verdict.snapshot, count: verdict.damage.length });
      }
      show(verdict);
    },
  });
  const strays = straysOf(target, options);
  strays.forEach(show);
  const known = new Set(plan.snapshots.flatMap(({ name, state }) => (state === "damaged" ? name : [])));
  const news = verdicts.filter(({ snapshot, result }) => result === "damaged" && !known.has(snapshot));
  if (news.length > 0) {
    const names = news.map(({ snapshot }) => snapshot).join(", ");
    await raiseDamageAlarm(target, `a check found damage in ${names}`, log);
  }
  const report = { target, plan, verdicts, strays, budget };
  if (options.json) {
    reportVerifyJson(report);
  } else if (options.quiet === 0) {
    printVerifySummary(report);
  }
  return exitCodeFor([...verdicts, ...strays]);
}

/** Folders that are named like snapshots and have no record that could be read: nobody knows what they were. */
function straysOf({ store }: Target, { snapshot, new: onlyNew }: VerifyCommandOptions): Verdict[] {
  const { strays } = snapshot === undefined && onlyNew !== true ? listSnapshots(store) : { strays: [] };
  return strays.map(({ name, reason }) => ({
    snapshot: name,
    result: "failed",
    damage: [],
    entries: 0,
    error: reason,
  }));
}

function snapshotsFor({ store }: Target, { snapshot }: VerifyCommandOptions): Snapshot[] {
  return snapshot === undefined ? listSnapshots(store).snapshots : [findSnapshot(store, snapshot)];
}

function exitCodeFor(verdicts: readonly Verdict[]): ExitCode {
  if (verdicts.some(({ result }) => result === "damaged")) {
    return EXIT.damaged;
  }
  return verdicts.some(({ error }) => error !== undefined) ? EXIT.failed : EXIT.done;
}

/** The snapshot with a manifest that a check of one snapshot is about. @throws StoreError when there is none. */
export function snapshotWithManifest({ store }: Target, { snapshot: wanted }: VerifyCommandOptions) {
  const { snapshots } = listSnapshots(store);
  const snapshot =
    wanted === undefined
      ? snapshots.findLast(({ state, record }) => state === "complete" && record?.manifest !== undefined)
      : findSnapshot(store, wanted);
  const seal = snapshot?.record?.manifest;
  if (snapshot === undefined || seal === undefined) {
    throw new StoreError(
      `there is no ${wanted === undefined ? "complete snapshot" : `"${wanted}"`} with a manifest in ${store.path}`,
      {
        hint: "make what is missing: bakup verify --new",
      },
    );
  }
  return { snapshot, name: snapshot.name, seal };
}
