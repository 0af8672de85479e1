import { StoreError } from "../../errors/errors.ts";
import { firstComplaint, runCommand } from "../../process/command.ts";

/**
 * Sets the time of modification, as a manifest writes it, of what lies at a path; a link is not followed. Node's own call
 * loses nanoseconds.
 * @throws StoreError
 */
export async function setTime(path: string, time: string): Promise<void> {
  const result = await runCommand("touch", ["--no-create", "--no-dereference", `--date=@${time}`, "--", path]);
  if (result.exitCode !== 0) {
    throw new StoreError(`a time cannot be set: ${firstComplaint(result)}`);
  }
}
