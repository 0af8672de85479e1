import { writeFileSync } from "node:fs";

const DROP_CACHES = "/proc/sys/vm/drop_caches";

/** Only root can empty the caches of the kernel. */
export function canDropCaches(): boolean {
  return process.getuid?.() === 0;
}

/** What is written already goes; so call it after a sync. */
export function dropCaches(): void {
  writeFileSync(DROP_CACHES, "3");
}
