import { diagnostics } from "../pool/diagnostics.ts";
import { importCedar } from "../pool/import/import.ts";
import { runPool } from "../pool/run.ts";
import type { PoolSwitches } from "../pool/switches.ts";
import { print, printNote } from "./output.ts";
import { stopOnSignals } from "./stop-signals.ts";
import { VERSION } from "./version.ts";

/** `bakup pool`. @returns one of Cedar Backup's exit codes. */
export async function pool(actions: readonly string[], switches: PoolSwitches): Promise<number> {
  if (switches.diagnostics) {
    print(["Diagnostics:", ...diagnostics(VERSION, new Date()).map((line) => `   ${line}`)].join("\n"));
    return 0;
  }
  if (switches.import !== undefined) {
    const { exitCode, text, notes } = await importCedar(switches.import);
    if (text !== "") {
      print(text);
    }
    notes.forEach(printNote);
    return exitCode;
  }
  // Archives hold what only root may read.
  process.umask(0o077);
  const { signal, release } = stopOnSignals();
  try {
    return await runPool(actions, switches, {
      version: VERSION,
      now: () => new Date(),
      signal,
      screen: printNote,
      env: process.env,
    });
  } finally {
    release();
  }
}
