import { relative } from "node:path";
import type { Lookups } from "../../config/contradictions.ts";
import type { KeyPath } from "../../config/schema.ts";
import { parseLocation } from "../../destination/location.ts";
import { contains } from "../../path/containment.ts";
import { storePathOf } from "../../store/layout.ts";
import { DEFAULT_EXCLUDED_ROOTS } from "../../transfer/rsync-args.ts";
import type { Settings } from "./settings.ts";

/**
 * The settings with the store left out of the backup, where it lies in the source and on its file system. A pattern
 * with wildcards would mean other folders too: such a path is left to the check of the configuration.
 */
export function leaveOutStore(settings: Settings, { deviceOf, realPath }: Lookups): Settings {
  const [location = ""] = settings.get("destination.location") ?? [];
  const parsed = parseLocation(location);
  if (parsed.kind !== "local") {
    return settings;
  }
  const source = realPath(settings.get("source.path")?.[0] ?? "/");
  const store = realPath(storePathOf(parsed.directory));
  const isElsewhere =
    !contains(source, store) ||
    contains(store, source) ||
    settings.has("disk.mount") ||
    deviceOf(source) !== deviceOf(store);
  const isKnown = DEFAULT_EXCLUDED_ROOTS.some(
    (root) => !root.includes("*") && contains(root, store) && !contains(root, source),
  );
  if (isElsewhere || isKnown || /[*?[\\]/.test(store)) {
    return settings;
  }
  const excludes = settings.get("source.exclude") ?? [];
  const own = `/${relative(source, store)}/`;
  return new Map<KeyPath, readonly string[]>([...settings, ["source.exclude", [...new Set([...excludes, own])]]]);
}
