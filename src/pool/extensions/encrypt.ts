import { rmSync } from "node:fs";
import { describeError } from "../../errors/describe.ts";
import type { PoolContext } from "../context.ts";
import { ActionError } from "../errors.ts";
import { hasMark, setMark } from "../marks.ts";
import { listDays } from "../purge/protect.ts";
import { listStagedFiles, type StagedFile } from "../s3/list-files.ts";
import { requireTool } from "../tool.ts";
import { partialName, publishWhole } from "../whole-file.ts";

const SUFFIX = ".gpg";

/** The extension encrypt: every file of each staged day that has not been through it becomes one that gpg has encrypted. */
export async function encryptStaged(context: PoolContext): Promise<void> {
  const { encrypt, stage } = context.config;
  if (encrypt === undefined || stage === undefined) {
    throw new ActionError("encrypt: the configuration needs the sections [encrypt] and [stage]");
  }
  for (const dir of listDays(stage.stagingDir).filter((day) => hasMark(day, "stage") && !hasMark(day, "encrypt"))) {
    let isWhole = true;
    for (const file of listStagedFiles(dir).filter(({ name }) => !name.endsWith(SUFFIX))) {
      try {
        await encryptFile(context, file, encrypt.encryptTarget);
      } catch (error) {
        context.signal.throwIfAborted();
        context.problem(`${file.path} is not encrypted: ${describeError(error)}`);
        isWhole = false;
      }
    }
    if (isWhole) {
      setMark(context, dir, "encrypt");
    }
  }
}

/** The plain file goes only when the other one is on the disk. */
async function encryptFile(context: PoolContext, file: StagedFile, recipient: string): Promise<void> {
  const encrypted = `${file.path}${SUFFIX}`;
  const partial = partialName(encrypted);
  rmSync(partial, { force: true });
  try {
    const words = ["gpg", "--batch", "--yes", "--encrypt", "--recipient", recipient, "--output", partial, file.path];
    await requireTool(context, words);
    context.giveAway(partial);
    await publishWhole(encrypted);
    rmSync(file.path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}
