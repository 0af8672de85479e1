import { join } from "node:path";
import { refuseUnmounted } from "../../disk/mounts.ts";
import { describeError } from "../../errors/describe.ts";
import { forEachBounded } from "../bounded.ts";
import { weekStart } from "../calendar.ts";
import type { Peer } from "../config/model.ts";
import type { PoolContext } from "../context.ts";
import { ActionError } from "../errors.ts";
import { makeFolder } from "../folder.ts";
import { hasMark, removeMark, setMark } from "../marks.ts";
import { removeLeftovers } from "../whole-file.ts";
import { isFailureIgnored } from "./ignore.ts";
import { stageLocalPeer } from "./local.ts";
import { NotReadyError } from "./not-ready.ts";
import { stageRemotePeer } from "./remote.ts";

/**
 * The stage action: what the peers have collected comes into the folder of today, some peers at the same time. A peer
 * that fails does not hold up the others; what it has sent of a file or of its set until then is dropped.
 */
export async function stage(context: PoolContext): Promise<void> {
  const { stage: settings, options } = context.config;
  if (settings === undefined) {
    throw new ActionError("stage: the configuration has no section [stage]");
  }
  refuseUnmounted(settings.stagingDir);
  const dayDir = join(settings.stagingDir, context.today);
  makeDay(context, settings.stagingDir);
  for (const { name } of settings.peers) {
    makeFolder(join(dayDir, name), context.giveAway);
  }
  removeLeftovers(dayDir);
  const staged: string[] = [];
  await forEachBounded(settings.peers, options.maxConnections, async (peer) => {
    if (await stagePeer(context, peer, join(dayDir, peer.name))) {
      staged.push(peer.name);
    }
  });
  if (staged.length > 0) {
    forgetStored(context, dayDir);
  }
  setMark(context, dayDir, "stage");
  context.log.info(`staged ${staged.length} of ${settings.peers.length} peers in ${dayDir}`);
}

async function stagePeer(context: PoolContext, peer: Peer, folder: string): Promise<boolean> {
  try {
    await (peer.isRemote ? stageRemotePeer(context, peer, folder) : stageLocalPeer(context, peer, folder));
    context.log.info(`staged peer ${peer.name}`);
    return true;
  } catch (error) {
    context.signal.throwIfAborted();
    const text = `peer ${peer.name} was not staged: ${describeError(error)}`;
    const isWeekly = context.full || context.today === weekStart(context.today, context.config.options.startingDay);
    if (error instanceof NotReadyError && !error.isSuspicious && isFailureIgnored(peer.ignoreFailures, isWeekly)) {
      context.log.info(`${text} (ignored, as the configuration says)`);
    } else {
      context.problem(text);
    }
    return false;
  }
}

/** A day that gets new files has not been stored any more. */
function forgetStored(context: PoolContext, dayDir: string): void {
  for (const mark of ["store", "amazons3", "encrypt"] as const) {
    if (hasMark(dayDir, mark)) {
      context.log.info(`${dayDir} has new files, so its mark of ${mark} is removed`);
      removeMark(dayDir, mark);
    }
  }
}

/** The folders of year, month and day: the backup user copies into them. */
function makeDay({ today, giveAway }: PoolContext, stagingDir: string): void {
  const [year = "", month = "", day = ""] = today.split("/");
  for (const folder of [
    stagingDir,
    join(stagingDir, year),
    join(stagingDir, year, month),
    join(stagingDir, year, month, day),
  ]) {
    makeFolder(folder, giveAway);
  }
}
