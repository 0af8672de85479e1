import { rmSync } from "node:fs";
import { join } from "node:path";
import { readJson, writeJson } from "../store/files.ts";
import type { Failing } from "../watch/failing.ts";
import { ensureStateFolder, profileStateFolder } from "./state-folder.ts";

const FILE = "failing.json";

/** Undefined while all is well, or when the file is damaged: then people are told once more. */
export function readFailing(profile: string): Failing | undefined {
  try {
    const state = readJson(join(profileStateFolder(profile), FILE));
    const isWhole = typeof state?.since === "string" && typeof state.told === "string" && Array.isArray(state.untold);
    return isWhole ? (state as unknown as Failing) : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined forgets it. */
export function writeFailing(profile: string, failing: Failing | undefined): void {
  if (failing === undefined) {
    rmSync(join(profileStateFolder(profile), FILE), { force: true });
  } else {
    writeJson(join(ensureStateFolder("profiles", profile), FILE), failing);
  }
}
