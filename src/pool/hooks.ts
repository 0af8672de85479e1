import type { Hook } from "./config/value-types.ts";
import type { PoolContext } from "./context.ts";
import { ActionError } from "./errors.ts";
import { runTool } from "./tool.ts";

const LAST_LINES = 10;

/** Runs the hooks of an action, in the order of the file. @throws ActionError when one fails; its last lines are in the log. */
export async function runHooks(context: PoolContext, action: string, hooks: readonly Hook[]): Promise<void> {
  for (const { command } of hooks.filter((hook) => hook.action === action)) {
    const result = await runTool(context, command, { env: { BAKUP_ACTION: action } });
    if (result.exitCode !== 0) {
      const said = `${result.stdout}${result.stderr}`.trimEnd().split("\n").slice(-LAST_LINES);
      for (const line of said) {
        context.log.error(`  ${line}`);
      }
      throw new ActionError(`the hook ${command.join(" ")} of ${action} failed with exit code ${result.exitCode}`);
    }
  }
}
