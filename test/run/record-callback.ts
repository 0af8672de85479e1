import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Callback } from "../../src/callback/call.ts";

/** A real script that writes down how it is called, and what it was called with. */
export interface RecordingCallback {
  callback: Callback;
  /** The calls so far, each as `REASON [EXTRA…]` with `|` between the arguments. */
  calls(): string[];
  /** The whole argument lists. */
  argumentLists(): string[][];
}

/** `script` is shell code that runs after the arguments are written down; its last exit code is the answer. */
export function recordingCallback(
  folder: string,
  {
    script = "true",
    timeoutSeconds = 30,
    mode = 0o755,
  }: { script?: string; timeoutSeconds?: number; mode?: number } = {},
): RecordingCallback {
  const path = join(folder, "user-callback");
  const record = join(folder, "calls");
  writeFileSync(path, `#!/bin/sh\n{ printf '%s\\037' "$@"; echo; } >> '${record}'\n${script}\n`, { mode });
  const argumentLists = () =>
    existsSync(record)
      ? readFileSync(record, "utf8")
          .split("\n")
          .slice(0, -1)
          .map((line) => line.split("\u001f").slice(0, -1))
      : [];
  return {
    callback: { path, timeoutSeconds, profileId: "7", profileName: "laptop" },
    argumentLists,
    calls: () => argumentLists().map((call) => call.slice(2).join("|")),
  };
}
