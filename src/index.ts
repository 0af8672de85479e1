export { type Actions, enableExplicitAction } from "./cli/explicit-action.ts";
export { main } from "./cli/main.ts";
export { Destination } from "./destination/destination.ts";
export { type Location, parseLocation, RSYNCD_PORT } from "./destination/location.ts";
export {
  ADVANCED_DAEMON_DESTINATION,
  DESTINATION_PATTERNS,
  LOCAL_DESTINATION,
  SIMPLE_DAEMON_DESTINATION,
  SSH_DESTINATION,
} from "./destination/patterns.ts";
export { ensureTrailingSlash } from "./destination/trailing-slash.ts";
export * from "./errors/errors.ts";
export { EXIT } from "./errors/exit-codes.ts";
export { DEFAULT_ROTATION_SCHEME, type RotationScheme } from "./retention/scheme.ts";
export type { RunReport } from "./run/execute.ts";
export { SystemBackup, type SystemBackupOptions } from "./run/system-backup.ts";
export { DEFAULT_EXCLUDED_ROOTS } from "./transfer/rsync-args.ts";
