import type { Profile } from "../config/profile.ts";
import { describeError } from "../errors/describe.ts";
import type { Journal } from "../journal/journal.ts";
import { type AlarmChannel, raiseAlarm } from "../watch/alarm.ts";
import { channelsOf } from "../watch/channels.ts";
import { type Failing, judgeRunEnd, type RunEndVerdict } from "../watch/failing.ts";
import type { Observer } from "./context.ts";
import type { RunReport } from "./execute.ts";
import { readFailing, writeFailing } from "./failing-state.ts";
import { readHistory } from "./history/file.ts";
import type { RunEnd } from "./history/record.ts";
import { readProfileState } from "./profile-state.ts";
import { endAlarm, startAlarm } from "./run-alarm.ts";
import { samplesOf, writeMetrics } from "./run-metrics.ts";

/** From this step on a run that ends without a word is trouble: before it, it may still be skipped. */
const STARTING_STEP = "source";

export interface RunTeller {
  observer: Observer;
  /** Takes as long as the slowest channel may. Never throws. */
  end(report: RunReport, record: RunEnd): Promise<void>;
}

/** Tells the people and monitors of a profile of one run. The backup does not wait for them. */
export function tellOfRun({ name, notifications, watch, metricsFolder }: Profile, journal: Journal): RunTeller {
  // Those at the screen are told by the run itself.
  const channels = channelsOf({ ...notifications, desktop: false }, journal);
  let started: Promise<unknown> = Promise.resolve();
  return {
    observer: {
      onStep: (step) => {
        if (step === STARTING_STEP) {
          started = raiseAlarm(startAlarm(name), channels, journal);
        }
      },
    },
    end: async ({ exitCode, transferred }, record) => {
      const unreadable = (transferred?.problems ?? []).filter(({ kind }) => kind === "unreadable").length;
      const failing = readFailing(name);
      const facts = { exitCode, unreadable, failing, now: Date.now(), reminderSeconds: watch.reminderSeconds };
      const verdict = judgeRunEnd(facts);
      await started;
      if (verdict !== undefined) {
        remember(name, await tell({ name, record, verdict, failing }, channels, journal), journal);
      }
      if (metricsFolder !== undefined) {
        leaveMetrics(metricsFolder, { name, record }, journal);
      }
    },
  };
}

/** Tells of failing runs by the channels that have failed so far: a later process may have better luck. */
export async function tellFailureAgain({ name, notifications }: Profile, journal: Journal): Promise<void> {
  const failing = readFailing(name);
  const record = readHistory(name).findLast((run) => run.state === "ended");
  if (failing === undefined || failing.untold.length === 0 || record === undefined) {
    return;
  }
  const channels = channelsOf(notifications, journal).filter((channel) => failing.untold.includes(channel.name));
  const untold = await raiseAlarm(endAlarm("failure", name, record), channels, journal);
  remember(name, { ...failing, untold }, journal);
}

interface Telling {
  name: string;
  record: RunEnd;
  verdict: RunEndVerdict;
  failing: Failing | undefined;
}

/** @returns what to remember of failing runs. */
async function tell(
  { name, record, verdict, failing }: Telling,
  channels: readonly AlarmChannel[],
  journal: Journal,
): Promise<Failing | undefined> {
  if (verdict.kind !== "failure") {
    const isTold = (channel: AlarmChannel) => channel.kinds.includes(verdict.kind);
    await Promise.all([
      raiseAlarm(endAlarm(verdict.kind, name, record), channels.filter(isTold), journal),
      raiseAlarm(
        endAlarm("success", name, record),
        channels.filter((channel) => !isTold(channel)),
        journal,
      ),
    ]);
    return undefined;
  }
  const wanted = channels.filter(
    ({ name, wantsEach }) => verdict.isNews || wantsEach === true || failing?.untold.includes(name),
  );
  const failed = await raiseAlarm(endAlarm("failure", name, record), wanted, journal);
  const now = new Date().toISOString();
  return {
    since: failing?.since ?? now,
    told: verdict.isNews ? now : (failing?.told ?? now),
    untold: channels.filter((channel) => failed.includes(channel.name) && channel.wantsEach !== true).map(nameOf),
  };
}

function leaveMetrics(folder: string, { name, record }: Pick<Telling, "name" | "record">, journal: Journal): void {
  try {
    writeMetrics(folder, name, samplesOf(record, readProfileState(name), readFailing(name) !== undefined));
  } catch (error) {
    journal.event("alarmFailed", { channel: "metrics", error: describeError(error) });
  }
}

function nameOf({ name }: AlarmChannel): string {
  return name;
}

function remember(name: string, failing: Failing | undefined, journal: Journal): void {
  try {
    writeFailing(name, failing);
  } catch (error) {
    journal.event("warning", { text: `cannot remember of what people were told: ${describeError(error)}` });
  }
}
