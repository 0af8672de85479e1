import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { loadConfiguration } from "../../config/load.ts";
import type { Profile } from "../../config/profile.ts";
import { isMounted } from "../../disk/mounts.ts";
import { gatherTimers } from "../../doctor/gather/systemd.ts";
import { BakupError } from "../../errors/errors.ts";
import { EXIT, type ExitCode } from "../../errors/exit-codes.ts";
import { storePathOf } from "../../store/layout.ts";
import type { Questions } from "../ask.ts";
import type { InitCommandOptions } from "../commands/init.ts";
import { readConfiguration } from "../configuration.ts";
import { print } from "../output.ts";
import { runProfiles } from "../run-profiles.ts";
import { chooseProfile } from "../target.ts";
import { enableCommand, enableTimers, timersFor } from "./timers.ts";

interface Finish {
  name: string;
  config: string;
  options: InitCommandOptions;
  questions: Questions | undefined;
  /** Why systemd cannot start its backups. */
  noTimer: string | undefined;
}

/** What follows a profile that is written: its dry run, its timer, and what a person does next. */
export async function finish(made: Finish): Promise<ExitCode> {
  const code = made.options.trialRun ? await tryRun(made) : EXIT.done;
  if (code === EXIT.interrupted || code === EXIT.terminated) {
    return code;
  }
  await settleTimer(made, code === EXIT.done);
  const option = made.options.config === undefined ? "" : ` --config ${made.options.config}`;
  print(`the first backup now: bakup run${option} ${made.name}`);
  return code;
}

/** A dry run of the first backup. What it finds is told; the profile stays. */
async function tryRun({ name, config, options, questions }: Finish): Promise<ExitCode> {
  const { disk, destination } = await chooseProfile(name, config);
  if (isClosed(disk, destination)) {
    print("no dry run: the disk is not mounted, and a dry run mounts nothing");
    return EXIT.done;
  }
  const question = `Try it now? A dry run compares everything with ${destination.location}, and changes nothing.`;
  if (questions !== undefined && !(await questions.confirm(question, true))) {
    return EXIT.done;
  }
  return runProfiles([name], { ...options, config, dryRun: true, logFormat: "human" });
}

function isClosed({ mount, crypto, device }: Profile["disk"], { parsed }: Profile["destination"]): boolean {
  if (mount !== undefined) {
    return !isMounted(mount);
  }
  const isOnDisk = crypto !== undefined || device !== undefined;
  return isOnDisk && parsed.kind === "local" && !existsSync(dirname(storePathOf(parsed.directory)));
}

async function settleTimer({ name, config, options, questions, noTimer }: Finish, isReady: boolean): Promise<void> {
  if (options.enableTimer === false) {
    return;
  }
  if (noTimer !== undefined) {
    print(`by itself, whenever it is due: call bakup run --timed ${name} often, such as from cron (${noTimer})`);
    return;
  }
  const timers = await missingTimers(name, config);
  if (timers.length === 0) {
    print("by itself, whenever it is due: the timers for that are enabled");
    return;
  }
  const command = enableCommand(timers).join(" ");
  const question = `Start it by itself from now on, with ${command}?`;
  if (options.enableTimer ?? (await questions?.confirm(question, isReady)) ?? false) {
    await enableTimers(timers);
    print(`enabled: ${timers.join(", ")}`);
  } else {
    print(`by itself, whenever it is due: ${command}`);
  }
}

async function missingTimers(name: string, config: string): Promise<string[]> {
  const loaded = loadConfiguration({ file: config });
  // Another profile that is broken keeps this one from nothing.
  const known = loaded.ok ? loaded.profiles : readConfiguration(config, [name]);
  const profiles = known.map((each) => ({
    name: each.name,
    whenPlugged: each.schedule.whenPlugged,
  }));
  const facts = await gatherTimers(profiles);
  if (facts === undefined) {
    throw new BakupError("systemd does not say which timers are enabled", {
      hint: `the profile is written; look at: systemctl status; then: ${enableCommand(["bakup.timer"]).join(" ")}`,
    });
  }
  return timersFor(name, facts);
}
