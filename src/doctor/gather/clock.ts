import { ask } from "./ask.ts";

/** Whether a time server sets the clock; undefined where systemd does not tell. */
export async function isClockSynchronized(): Promise<boolean | undefined> {
  const said = await ask("timedatectl", "show", "--property=NTPSynchronized", "--value");
  return said === undefined ? undefined : said.trim() === "yes";
}
