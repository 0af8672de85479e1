import { readFileSync } from "node:fs";
import { errnoOf } from "../errors/describe.ts";
import { DEFAULT_ROTATION_SCHEME } from "../retention/scheme.ts";
import type { RotationRules } from "../run/job.ts";

export const DEFAULT_FILE = "/etc/bakup/xfer.conf";

/** What the configuration says about one module. */
export interface ModuleSettings {
  /** Whether uploads are kept at all. */
  enabled: boolean;
  rotation: RotationRules;
  /** BURP's interval and bands; without them an upload is always due. */
  timerArgs: readonly string[] | undefined;
  allowForce: boolean;
}

/** Applies where nobody has written anything: every upload is kept, and the default scheme rotates. */
export const DEFAULT_SETTINGS: ModuleSettings = {
  enabled: true,
  rotation: { scheme: DEFAULT_ROTATION_SCHEME, relaxed: false, preferRecent: false, include: [], exclude: [] },
  timerArgs: undefined,
  allowForce: true,
};

/**
 * The settings of a module. Without a configuration file the defaults, at once: what reads files is loaded only when
 * there is one. @throws ConfigurationError with every mistake of the file.
 */
export async function loadSettings(file: string, module: string): Promise<ModuleSettings> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") {
      return DEFAULT_SETTINGS;
    }
    throw error;
  }
  const { parseSettings, settingsFor } = await import("./parse-settings.ts");
  return settingsFor(parseSettings(file, bytes), module);
}
