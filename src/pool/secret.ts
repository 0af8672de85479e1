import { join } from "node:path";
import { ActionError } from "./errors.ts";

/** The file behind `/path` or `credential:NAME`, which systemd puts into a folder of the unit's own. */
export function secretPath(source: string, env: Readonly<Record<string, string | undefined>> = process.env): string {
  if (!source.startsWith("credential:")) {
    return source;
  }
  const folder = env.CREDENTIALS_DIRECTORY;
  if (folder === undefined) {
    throw new ActionError(`${source} is not there: no credentials were handed over`, {
      hint: "run the action as a unit of systemd with LoadCredential=, or name a file",
    });
  }
  return join(folder, source.slice("credential:".length));
}
