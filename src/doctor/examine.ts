import type { Profile } from "../config/profile.ts";
import { describeError } from "../errors/describe.ts";
import { BakupError } from "../errors/errors.ts";
import { readProfileState } from "../run/profile-state.ts";
import { judgeClock } from "./clock.ts";
import type { Finding } from "./finding.ts";
import { isClockSynchronized } from "./gather/clock.ts";
import { gatherFiles } from "./gather/files.ts";
import { gatherRsync } from "./gather/rsync.ts";
import { gatherStore, type StoreFacts } from "./gather/store.ts";
import { gatherSandbox, gatherTimers } from "./gather/systemd.ts";
import { gatherUdisks } from "./gather/udisks.ts";
import { judgeLinks } from "./links.ts";
import { judgeMount } from "./mount.ts";
import { judgePermissions } from "./permissions.ts";
import { judgeRsync } from "./rsync.ts";
import { judgeSandbox } from "./sandbox.ts";
import { judgeSpace } from "./space.ts";
import { judgeTimers } from "./timers.ts";
import { judgeUdisks } from "./udisks.ts";
import { judgeVerified } from "./verified.ts";

interface Examination {
  /** The main configuration file. */
  configuration: string;
  profiles: readonly Profile[];
  /** Ms since 1970. */
  now: number;
}

/** Looks at this machine, and at the store of each profile that is here. Changes nothing. */
export async function examine({ configuration, profiles, now }: Examination): Promise<Finding[]> {
  const uid = process.getuid?.() ?? 0;
  const stores = profiles.map(lookIntoStore);
  const known = [
    ...profiles.map(({ name }) => Date.parse(readProfileState(name).lastSuccess?.started ?? "")),
    ...stores.map(({ facts }) => facts?.newest ?? Number.NaN),
  ].filter((instant) => !Number.isNaN(instant));
  const newestBackup = known.length === 0 ? undefined : Math.max(...known);
  return [
    ...judgeRsync(await gatherRsync()),
    judgeClock({ now, isSynchronized: await isClockSynchronized(), newestBackup }),
    judgeUdisks(await gatherUdisks(profiles)),
    ...(uid === 0 ? await examineUnits(profiles) : []),
    ...judgePermissions(gatherFiles(configuration, profiles), uid),
    ...stores.flatMap((store) => judgeStore(store, now)),
  ];
}

/** The units run root's profiles. */
async function examineUnits(profiles: readonly Profile[]): Promise<Finding[]> {
  const timers = await gatherTimers(
    profiles.map(({ name, schedule }) => ({ name, whenPlugged: schedule.whenPlugged })),
  );
  if (timers === undefined) {
    const hint = "let something else call bakup run --timed, such as cron";
    return [{ check: "timer", level: "advice", text: "systemd does not run here, so no timer starts a backup", hint }];
  }
  const service = await gatherSandbox();
  return [...judgeTimers(timers), ...(service === undefined ? [] : judgeSandbox(service))];
}

interface LookedAt {
  profile: string;
  facts?: StoreFacts;
  /** Why there are none. */
  finding?: Finding;
}

function lookIntoStore(profile: Profile): LookedAt {
  const { name, destination } = profile;
  if (destination.parsed.kind !== "local") {
    const text = `${destination.location} is on another machine, and was not looked at`;
    return { profile: name, finding: { check: "store", level: "fine", text } };
  }
  try {
    return { profile: name, facts: gatherStore(profile) };
  } catch (error) {
    const hint = (error instanceof BakupError ? error.hint : undefined) ?? `make it by a run: bakup run ${name}`;
    const text = `its store was not looked at: ${describeError(error)}`;
    return { profile: name, finding: { check: "store", level: "advice", text, hint } };
  }
}

function judgeStore({ profile, facts, finding }: LookedAt, now: number): Finding[] {
  const findings =
    facts === undefined
      ? []
      : [
          ...judgeSpace(facts.space),
          ...(facts.mount === undefined ? [] : judgeMount(facts.mount)),
          judgeLinks(facts.links),
          judgeVerified({ profile, now, snapshots: facts.complete, last: facts.lastVerified }),
        ];
  return [...(finding === undefined ? [] : [finding]), ...findings].map((each) => ({ ...each, profile }));
}
