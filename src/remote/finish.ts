import { splitter } from "../process/lines.ts";
import { explainSsh } from "../ssh/complaints.ts";
import { SSH_FAILED } from "../ssh/session.ts";
import type { Handover, HandoverReport } from "../store/handover.ts";
import type { FarStore } from "./far-store.ts";
import { releaseFarLock } from "./open.ts";
import { quote } from "./quote.ts";

/**
 * Lets the bakup that is installed there take the snapshot and rotate, in one call. Our lock is given back first: it
 * takes the lock itself.
 * @returns its report; undefined when it does not know how (an older version), and nothing was done.
 * @throws ConnectionError
 */
export async function finishThere(
  store: FarStore,
  bakup: string,
  options: { handover: Handover; actions: { snapshot: boolean; rotate: boolean }; onLine: (line: string) => void },
): Promise<HandoverReport | undefined> {
  const { session, sudo, signal } = store.shell;
  const { snapshot, rotate } = options.actions;
  const flags = [...(snapshot ? ["--snapshot"] : []), ...(rotate ? ["--rotate"] : [])];
  const words = [bakup, "backup", "--handover", ...flags, "--no-sudo", "--disable-notifications"];
  const command = [...words, "--log-format", "human", "--", `${store.path}/${store.mirror}`].map(quote).join(" ");
  await releaseFarLock(store);
  const result = await session.run(sudo ? `sudo -n -- ${command}` : command, {
    input: [Buffer.from(JSON.stringify(options.handover))],
    signal,
  });
  signal.throwIfAborted();
  const lines = result.stderr.toString().split("\n");
  if (result.exitCode === SSH_FAILED || result.exitCode === null) {
    throw explainSsh(session.host, lines);
  }
  const report = parseReport(result.stdout.toString());
  if (report !== undefined) {
    const show = splitter("\n", options.onLine);
    show(result.stderr);
    show(null);
  }
  return report;
}

function parseReport(text: string): HandoverReport | undefined {
  try {
    const report = JSON.parse(text);
    return Number.isInteger(report.exitCode) && Array.isArray(report.removed) ? report : undefined;
  } catch {
    return undefined;
  }
}
