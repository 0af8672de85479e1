import type { Journal } from "../journal/journal.ts";
import { visible } from "../journal/visible.ts";
import type { Request } from "./request.ts";

/** No client fills the log with one line. */
const LONGEST_TEXT = 1024;

/** The log of a helper, with module, client and user in every entry. Loaded only when there is something to say. */
export async function openLog(request: Request | undefined): Promise<Journal> {
  const { chooseFormat, openJournal } = await import("../journal/journal.ts");
  const fields = request === undefined ? {} : logFields(request);
  return openJournal({ format: chooseFormat(process.stderr, process.env), level: "info", fields });
}

/** Texts of the daemon and the client, fit for one line. */
export function logFields({ module, client, user }: Request): { module: string; client: string; user: string } {
  return { module: shown(module), client: shown(client), user: user === "" ? "anonymous" : shown(user) };
}

export function shown(text: string): string {
  const line = visible(text);
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT)}…` : line;
}
