import type { Extension } from "../config/model.ts";
import type { PoolContext } from "../context.ts";
import { requireTool } from "../tool.ts";

/** An extension that is a command of the user's. It learns from its environment what the run is about. */
export async function runExtensionCommand(
  context: PoolContext,
  { name, command, timeoutSeconds }: Extension,
): Promise<void> {
  const { config, full, today } = context;
  await requireTool(context, command, {
    timeoutSeconds,
    env: {
      BAKUP_ACTION: name,
      BAKUP_DAY: today,
      BAKUP_FULL: full ? "1" : "0",
      BAKUP_CONFIG: config.file,
      BAKUP_WORKING_DIR: config.options.workingDir,
      BAKUP_COLLECT_DIR: config.collect?.collectDir,
      BAKUP_STAGING_DIR: config.stage?.stagingDir,
    },
  });
}
