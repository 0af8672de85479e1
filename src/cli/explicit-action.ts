/** The three actions of a backup; what is undefined has not been chosen. */
export interface Actions {
  backupEnabled?: boolean;
  snapshotEnabled?: boolean;
  rotateEnabled?: boolean;
}

/**
 * Chooses an action: the first choice switches the others off, each further one adds its own. From rsync-system-backup.
 */
export function enableExplicitAction(actions: Actions, chosen: keyof Actions): Actions {
  return { backupEnabled: false, snapshotEnabled: false, rotateEnabled: false, ...actions, [chosen]: true };
}
