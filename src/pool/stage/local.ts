import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Peer } from "../config/model.ts";
import type { PoolContext } from "../context.ts";
import { ActionError } from "../errors.ts";
import { hasMark, MARKS, setMark } from "../marks.ts";
import { isPartialName, partialName, publishWhole } from "../whole-file.ts";
import { NotReadyError } from "./not-ready.ts";

/** Copies the files of a peer's collect directory on this machine. Links and folders do not belong there. */
export async function stageLocalPeer(context: PoolContext, peer: Peer, folder: string): Promise<void> {
  if (!hasMark(peer.collectDir, "collect")) {
    throw new NotReadyError(`there is no ${MARKS.collect} in ${peer.collectDir}`);
  }
  const entries = readdirSync(peer.collectDir, { withFileTypes: true }).filter(({ name }) => !isPartialName(name));
  const foreign = entries.filter((entry) => !entry.isFile()).map(({ name }) => name);
  for (const { name } of entries.filter((entry) => entry.isFile() && entry.name !== MARKS.stage)) {
    context.signal.throwIfAborted();
    const file = join(folder, name);
    copyFileSync(join(peer.collectDir, name), partialName(file));
    context.giveAway(partialName(file));
    publishWhole(file);
    await setImmediate();
  }
  if (foreign.length > 0) {
    throw new ActionError(`${peer.collectDir} holds what is no file: ${foreign.join(", ")}`);
  }
  setMark(context, peer.collectDir, "stage");
}
