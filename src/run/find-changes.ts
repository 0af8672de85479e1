import { bytePathFromLatin1, printable } from "../path/byte-path.ts";
import { inStore } from "../store/layout.ts";
import { writeIndexDoubt } from "../store/source-index.ts";
import { joinPlans, missedPaths } from "../transfer/index/missed.ts";
import { planDifferences } from "../transfer/index/plan-differences.ts";
import { isWalkDue } from "../transfer/index/reason-to-walk.ts";
import { planTransfer, type Transfer, type TransferPlan } from "../transfer/plan.ts";
import { type RunContext, rsyncContext } from "./context.ts";
import { type Survey, surveySource } from "./survey.ts";

/** Changes of inodes within so many seconds before a listing may not be in it. */
const GRAIN_SECONDS = 2;

/**
 * The plan of a transfer: from the index where it holds, by rsync's walk of both trees where it does not, and by both
 * when a walk is due, which then also tests the index.
 */
export async function findChanges(context: RunContext, transfer: Transfer): Promise<TransferPlan> {
  const survey = await surveySource(context, transfer);
  if (typeof survey === "string") {
    return walk(context, transfer, survey);
  }
  context.survey = survey;
  const indexed = await planFromIndex(context, transfer, survey);
  const reason = indexed === undefined ? (survey.reason ?? LACKS_FOLDER) : reasonOfDueWalk(context, survey);
  if (indexed !== undefined && reason === undefined) {
    return indexed;
  }
  survey.walked = true;
  const walked = await walk(context, transfer, reason ?? LACKS_FOLDER);
  if (indexed === undefined) {
    return walked;
  }
  reportMissed(context, transfer, { survey, walked, indexed });
  return joinPlans(walked, indexed);
}

const LACKS_FOLDER = "the mirror lacks a folder that the index knows";

function walk(context: RunContext, transfer: Transfer, reason: string): Promise<TransferPlan> {
  context.journal.event("fullWalk", { reason });
  return planTransfer(transfer, rsyncContext(context));
}

/** Undefined where the index says too little. */
async function planFromIndex(
  context: RunContext,
  transfer: Transfer,
  { index, differences }: Survey,
): Promise<TransferPlan | undefined> {
  const { store } = context;
  if (store === undefined || index === undefined || differences === undefined) {
    return undefined;
  }
  const { added, removed, changed } = differences;
  const again = index.again.map(bytePathFromLatin1);
  context.journal.event("indexUsed", { count: added.size + removed.size + changed.size + again.length });
  return await planDifferences({ ...transfer, mirror: inStore(store, store.mirror) }, differences, {
    known: { size: index.size, again },
    context: rsyncContext(context),
  });
}

function reasonOfDueWalk({ job }: RunContext, { index, listed }: Survey): string | undefined {
  if (job.walk.full) {
    return "asked for with --full";
  }
  const isDue =
    index === undefined || isWalkDue(index.times, { time: listed, walkEverySeconds: job.walk.everySeconds });
  return isDue ? "it is time again for a look at everything" : undefined;
}

/** The index must see what a walk sees: one that does not is not used any more. */
function reportMissed(
  context: RunContext,
  transfer: Transfer,
  { survey, walked, indexed }: { survey: Survey; walked: TransferPlan; indexed: TransferPlan },
): void {
  const { job, journal, store } = context;
  const since = survey.listed.getTime() / 1000 - GRAIN_SECONDS;
  const missed = missedPaths(transfer, { walked, indexed, since });
  const [first] = missed;
  if (store === undefined || first === undefined) {
    return;
  }
  const example = printable(first);
  context.warnings += 1;
  journal.event("indexMissed", { count: missed.length, path: example });
  if (!job.dryRun) {
    writeIndexDoubt(store, { when: survey.listed.toISOString(), missed: missed.length, example });
  }
}
