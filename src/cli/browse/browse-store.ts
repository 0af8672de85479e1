import { describeError, errnoOf } from "../../errors/describe.ts";
import { BakupError, StoppedError, UsageError } from "../../errors/errors.ts";
import { EXIT, type ExitCode } from "../../errors/exit-codes.ts";
import { openQuestions } from "../ask.ts";
import type { BrowseCommandOptions } from "../commands/browse.ts";
import { printError } from "../output.ts";
import { stopOnSignals } from "../stop-signals.ts";
import { openTarget, type Target } from "../target.ts";
import { choose } from "./choose.ts";
import { compareVersions } from "./compare-versions.ts";
import { listSpot } from "./list-spot.ts";
import { restoreSpot } from "./restore-spot.ts";
import { above, describeSpot, type Spot } from "./spot.ts";

/** `bakup browse`: walks through a store with whoever sits at the terminal, until they have seen enough. */
export async function browseStore(profileName: string | undefined, options: BrowseCommandOptions): Promise<ExitCode> {
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true || process.stderr.isTTY !== true) {
    throw new UsageError("bakup browse needs a terminal", {
      hint: "elsewhere: bakup list, bakup find and bakup restore, each with --json",
    });
  }
  const target = await openTarget(profileName, options);
  const { signal, release } = stopOnSignals();
  try {
    let spot: Spot | undefined = { at: "snapshots" };
    while (spot !== undefined) {
      spot = await step(target, spot, signal);
    }
    return EXIT.done;
  } finally {
    release();
    target.store.close();
  }
}

/** Shows one spot and does what was chosen. @returns the next spot; none to leave. */
async function step(target: Target, spot: Spot, signal: AbortSignal): Promise<Spot | undefined> {
  try {
    const question = describeSpot(target.name, spot, (process.stdout.columns || 80) - 20);
    const move = await choose(question, listSpot(target.store, spot), signal);
    switch (move.do) {
      case "leave":
        return undefined;
      case "go":
        return move.to;
      case "restore":
        await restoreSpot(target, move, { questions: openQuestions(), signal });
        return spot;
      case "compare":
        await compareVersions(target.store, move, openQuestions());
        return spot;
    }
  } catch (error) {
    // What rotation takes away meanwhile, and what cannot be restored, ends nothing but this step.
    const next = above(spot);
    if (error instanceof StoppedError || signal.aborted || !isExpected(error) || next === undefined) {
      throw error;
    }
    printError(error instanceof BakupError ? error : new BakupError(describeError(error)));
    return next;
  }
}

function isExpected(error: unknown): boolean {
  return error instanceof BakupError || errnoOf(error) !== undefined;
}
