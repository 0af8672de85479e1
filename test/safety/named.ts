import type { Shown } from "./evidence.ts";
import { PROMISES } from "./promises.ts";
import { STORIES } from "./stories.ts";
import { CLAIMS } from "./threats.ts";

/** The damage that is seeded to see whether a check finds it. */
export const DAMAGE: Shown = { "test/store/verify/damage.test.ts": ["a check finds and names *, and nothing else"] };

/** What interrupts runs or misleads the program, in the words of bakup-safety(7). */
export const STRIKES: Readonly<Record<string, Shown>> = {
  "kill -9 at a system call of bakup": {
    "test/crash/kill.test.ts": ["SIGKILL at each system call that changes the store: *"],
  },
  "kill -9 at a system call of rsync": {
    "test/crash/kill.test.ts": ["SIGKILL at system calls of the rsync that fills the mirror, *"],
  },
  "kill -9 at a random moment": {
    "test/integration/interruptions.test.ts": ["after kill -9 at * random moments snapshots are whole, *"],
  },
  "error of the disk at a system call": {
    "test/crash/errors.test.ts": ["an error of the disk at each system call on the store: *"],
  },
  "disk or inodes full at a level": { "test/crash/full-disk.test.ts": ["a disk with room for 0 to *"] },
  "power cut on ext4, xfs or btrfs": { "test/crash/power-cut.test.ts": ["the power is cut *"] },
  "random history held to the model": { "test/model/store.model.test.ts": ["* random histories of runs, *"] },
  "random change that an index must see": {
    "test/run/index.property.test.ts": ["after any changes a run with an index *"],
  },
  "random text in the place of a valid one": {
    "test/fuzz/texts.test.ts": ["*"],
    "test/fuzz/records.test.ts": ["*"],
  },
  "random answer on D-Bus": {
    "test/fuzz/udisks.test.ts": ["*"],
    "test/fuzz/bus.test.ts": ["*"],
    "test/fuzz/conditions.test.ts": ["*"],
  },
};

/** All that the pages state, each with what shows it. */
export const STATEMENTS: Readonly<Record<string, Shown>> = {
  ...STORIES,
  ...PROMISES,
  ...CLAIMS,
  ...STRIKES,
  damage: DAMAGE,
};

/** The titles that the pages need of each test file. */
export function patternsByFile(): Map<string, string[]> {
  const patterns = new Map<string, string[]>();
  for (const [file, titles] of Object.values(STATEMENTS).flatMap((shown) => Object.entries(shown))) {
    patterns.set(file, [...(patterns.get(file) ?? []), ...titles]);
  }
  return patterns;
}
