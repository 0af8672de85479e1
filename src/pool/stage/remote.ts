import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Peer } from "../config/model.ts";
import type { PoolContext } from "../context.ts";
import { ActionError } from "../errors.ts";
import { MARKS, setMark } from "../marks.ts";
import { runTool } from "../tool.ts";
import { partialName, publishFolder } from "../whole-file.ts";
import { complaintOfPeer } from "./complaint.ts";
import { NotReadyError } from "./not-ready.ts";

/**
 * Fetches the files of a peer's collect directory with its rcp command, in the steps of Cedar Backup: the mark that
 * says it is ready, then all files, then the mark that says they were taken goes there. They come into a hidden folder
 * first, so that a set that breaks off is never taken for a whole one.
 */
export async function stageRemotePeer(context: PoolContext, peer: Peer, folder: string): Promise<void> {
  const incoming = partialName(folder);
  rmSync(incoming, { recursive: true, force: true });
  mkdirSync(incoming, { mode: 0o700 });
  context.giveAway(incoming);
  try {
    await fetchMark(context, peer, incoming);
    await fetchAll(context, peer, incoming);
    await publishFolder(incoming, folder, context.giveAway);
    await pushMark(context, peer, incoming);
  } finally {
    rmSync(incoming, { recursive: true, force: true });
  }
}

async function fetchMark(context: PoolContext, peer: Peer, incoming: string): Promise<void> {
  const copied = join(incoming, MARKS.collect);
  const result = await copy(context, peer, [`${where(peer)}/${MARKS.collect}`, copied]);
  if (result.exitCode !== 0 || statSync(copied, { throwIfNoEntry: false }) === undefined) {
    const { text, isSuspicious } = complaintOfPeer(peer, result);
    throw new NotReadyError(text, isSuspicious);
  }
  rmSync(copied);
}

async function fetchAll(context: PoolContext, peer: Peer, incoming: string): Promise<void> {
  const result = await copy(context, peer, [`${where(peer)}/*`, incoming]);
  if (result.exitCode !== 0) {
    throw new ActionError(complaintOfPeer(peer, result).text);
  }
  if (readdirSync(incoming).length === 0) {
    throw new ActionError("no file came from it");
  }
  rmSync(join(incoming, MARKS.stage), { force: true });
}

/** The files are here: that the peer does not know of it is a reason to say so, and none to drop them. */
async function pushMark(context: PoolContext, peer: Peer, incoming: string): Promise<void> {
  setMark(context, incoming, "stage");
  const result = await copy(context, peer, [join(incoming, MARKS.stage), `${where(peer)}/${MARKS.stage}`]);
  if (result.exitCode !== 0) {
    context.problem(`peer ${peer.name} was staged, but does not know it: ${complaintOfPeer(peer, result).text}`);
  }
}

function copy(context: PoolContext, peer: Peer, fromTo: readonly [string, string]) {
  const { backupUser, peerTimeout } = context.config.options;
  return runTool(context, [...peer.rcpCommand, ...fromTo], { as: backupUser, timeoutSeconds: peerTimeout });
}

function where({ backupUser, name, collectDir }: Peer): string {
  return `${backupUser}@${name}:${collectDir}`;
}
