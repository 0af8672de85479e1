import { chmodSync, lstatSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeError } from "../errors/describe.ts";
import { BakupError } from "../errors/errors.ts";

/** Where guard files lie: /run/bakup for root, else a folder of the user's session, else one of /tmp. */
export function defaultRuntimeDirectory(): string {
  const uid = process.geteuid?.() ?? 0;
  if (uid === 0) {
    return "/run/bakup";
  }
  const session = process.env.XDG_RUNTIME_DIR;
  return session ? join(session, "bakup") : join(tmpdir(), `bakup-${uid}`);
}

/** Creates the folder (0700) unless it is there. Throws BakupError when it is a link or somebody else's. */
export function ensureRuntimeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new BakupError(`cannot create the folder ${directory} for the lock: ${describeError(error)}`, {
      hint: "see that its parent folder is there and may be written",
      cause: error,
    });
  }
  const stat = lstatSync(directory);
  if (!stat.isDirectory()) {
    throw refused(directory, "it is a link");
  }
  if (stat.uid !== process.geteuid?.()) {
    throw refused(directory, "it belongs to another user");
  }
  if ((stat.mode & 0o022) !== 0) {
    chmodSync(directory, 0o700);
  }
}

function refused(directory: string, reason: string): BakupError {
  return new BakupError(`the folder ${directory} cannot be used for the lock: ${reason}`, {
    hint: "look at who made it, and remove it",
  });
}
