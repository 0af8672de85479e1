import { constants, createReadStream, createWriteStream, readdirSync, rmSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
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
    await copyWhole(context, join(peer.collectDir, name), join(folder, name));
  }
  if (foreign.length > 0) {
    throw new ActionError(`${peer.collectDir} holds what is no file: ${foreign.join(", ")}`);
  }
  setMark(context, peer.collectDir, "stage");
}

/** Shares the data where the file system can; otherwise copies, and stops with the run. */
async function copyWhole(context: PoolContext, from: string, to: string): Promise<void> {
  const partial = partialName(to);
  try {
    await copyFile(from, partial, constants.COPYFILE_FICLONE_FORCE).catch(() =>
      pipeline(createReadStream(from), createWriteStream(partial, { mode: 0o600 }), { signal: context.signal }),
    );
    context.giveAway(partial);
    await publishWhole(to);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}
