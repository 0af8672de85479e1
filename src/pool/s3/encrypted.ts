import { mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { PoolContext } from "../context.ts";
import { ActionError } from "../errors.ts";
import { requireTool } from "../tool.ts";
import type { StagedFile } from "./list-files.ts";

/**
 * Does something with what the encrypt command makes of a file, or with the file itself where there is none (and where
 * it is empty: there is nothing to hide). What the command has written is removed afterwards.
 */
export async function withEncrypted(
  context: PoolContext,
  { file, command }: { file: StagedFile; command: readonly string[] | undefined },
  work: (file: StagedFile) => Promise<void>,
): Promise<void> {
  if (command === undefined || file.sizeBytes === 0) {
    return work(file);
  }
  const folder = mkdtempSync(join(context.config.options.workingDir, "encrypt-"));
  context.giveAway(folder);
  const output = join(folder, "output");
  try {
    const words = command.map((word) => word.replaceAll(`\${input}`, file.path).replaceAll(`\${output}`, output));
    await requireTool(context, words, { as: context.config.options.backupUser });
    const written = statSync(output, { throwIfNoEntry: false });
    if (written === undefined || written.size === 0) {
      throw new ActionError(`the encrypt_command wrote nothing for ${file.path}`);
    }
    await work({ ...file, path: output, sizeBytes: written.size });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
