import { BakupError } from "../errors/errors.ts";
import { firstComplaint, runCommand } from "../process/command.ts";
import type { AlarmChannel, AlarmKind } from "./alarm.ts";
import { reportOf } from "./report.ts";

const TIME_LIMIT_SECONDS = 20;

class AlarmCommandError extends BakupError {}

/** Calls a program with the alarm as JSON on its standard input, and its kind and profile in the environment. */
export function commandChannel({ path, kinds }: { path: string; kinds: readonly AlarmKind[] }): AlarmChannel {
  return {
    name: "command",
    kinds,
    async send(alarm) {
      const result = await runCommand(path, [], {
        env: { BAKUP_EVENT: alarm.kind, BAKUP_PROFILE: alarm.profile },
        input: [Buffer.from(`${reportOf(alarm, new Date())}\n`)],
        timeoutSeconds: TIME_LIMIT_SECONDS,
      });
      if (result.exitCode !== 0) {
        throw new AlarmCommandError(`${path}: ${firstComplaint(result)}`);
      }
    },
  };
}
