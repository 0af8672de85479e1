import assert from "node:assert/strict";
import { formatComplaint } from "../../src/config/complaint.ts";
import { type LoadOptions, loadConfiguration } from "../../src/config/load.ts";
import type { Profile } from "../../src/config/profile.ts";

/** The profiles of a configuration that must be without mistakes. */
export function loadProfiles(options: LoadOptions): Profile[] {
  const result = loadConfiguration(options);
  assert.ok(result.ok, result.ok ? "" : result.complaints.map(formatComplaint).join("\n"));
  return result.profiles;
}
