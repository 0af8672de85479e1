import type { Shown } from "./evidence.ts";

const DAEMON = "test/horror/daemon.test.ts";
const DISKS = "test/horror/disks.test.ts";
const RUNS = "test/horror/runs.test.ts";

/** What shows that each of the ways in which backups were lost, as bakup-safety(7) tells them, does not happen here. */
export const STORIES: Readonly<Record<string, Shown>> = {
  H1: {
    [DISKS]: ["H1: *"],
    "test/integration/limits.test.ts": [
      "a store * whose disk is not mounted: *",
      "a store whose disk goes away during the run *",
      "another store in the place of ours: *",
      "an ordinary folder in the place of the store: *",
    ],
    "test/disk/udisks.test.ts": ["a disk that goes away in the middle ends the run at once, *"],
  },
  H2: {
    [RUNS]: ["H2: *"],
    "test/run/guard.test.ts": [
      "a source that is * is refused with code 5, and the store stays as it is",
      "a source that must be mounted and is not is refused",
      "what was accepted goes through once: *",
    ],
    "test/remote/daemon.test.ts": ["a source that *"],
  },
  H3: {
    [RUNS]: ["H3: *"],
    "test/retention/properties.test.ts": [
      "the newest complete snapshot, pinned, suspect and future ones always stay",
      "incomplete and suspect snapshots change nothing for complete ones",
    ],
  },
  H4: {
    [RUNS]: ["H4: *"],
    "test/retention/year.test.ts": ["a year of hourly runs in *", "the same in *"],
    "test/cli/watch.test.ts": ["a snapshot that is dated in the future does not count"],
  },
  H5: {
    [RUNS]: ["H5: *"],
    "test/crash/kill.test.ts": ["SIGKILL at *"],
    "test/integration/interruptions.test.ts": ["after kill -9 at * random moments snapshots are whole, *"],
  },
  H6: { [DISKS]: ["H6: *"], "test/crash/power-cut.test.ts": ["the power is cut *"] },
  H7: {
    [RUNS]: ["H7: *"],
    "test/transfer/mirror.property.test.ts": ["after any changes the mirror equals the source, *"],
    "test/transfer/meanwhile.test.ts": ["after the plan *"],
    "test/store/refresh.property.test.ts": ["a snapshot that is made from an expired one *"],
  },
  H8: {
    [DISKS]: ["H8: *"],
    "test/crash/full-disk.test.ts": ["a disk with room for 0 to *"],
    "test/crash/errors.test.ts": ["an error of the disk at each system call on the store: *"],
    "test/integration/limits.test.ts": ["a disk that fills up *", "a disk without *"],
  },
  H9: {
    [RUNS]: ["H9: *"],
    "test/lock/guard.test.ts": ["in 40 rounds of 6 processes, *", "after kill -9 both locks are free at once"],
    "test/integration/interruptions.test.ts": ["of eight runs that start together one works and seven are refused"],
  },
  H10: {
    [RUNS]: ["H10: *"],
    "test/transfer/judge.test.ts": ["*"],
    "test/fuzz/texts.test.ts": ["whatever rsync complains of, no failure becomes a success: *"],
  },
  H11: { [DAEMON]: ["H11: *"], "test/xfer/table.test.ts": ["*"] },
  H12: {
    [DISKS]: ["H12: *"],
    "test/store/restore/restore.test.ts": [
      "without overwrite nothing that exists changes, *",
      "with overwrite the snapshot wins and what was there is kept *",
      "with delete what the snapshot lacks is moved away, *",
      "a restore that is stopped in the middle has lost nothing that existed",
    ],
  },
  H13: {
    [RUNS]: ["H13: *"],
    "test/watch/absence.test.ts": ["*"],
    "test/cli/watch.test.ts": ["an absence is told once, and its end once", "a skip after the last run is named *"],
  },
  H14: {
    [RUNS]: ["H14: *"],
    "test/service/runs.test.ts": ["while it works the status says what it does, and the machine does not go to sleep"],
    "test/remote/ssh-cut.test.ts": ["the connection is cut during *"],
  },
  H15: {
    [RUNS]: ["H15: *"],
    "test/config/broken.test.ts": ["every mistake is reported at its line: *"],
    "test/config/contradictions.test.ts": ["a contradiction: *", "fine: *"],
    "test/fuzz/texts.test.ts": ["any configuration file is loaded, *"],
  },
  H16: {
    [RUNS]: ["H16: *"],
    "test/store/trash.test.ts": ["*"],
    "test/store/planted.test.ts": ["a link *"],
    "test/remote/ssh-run.test.ts": ["names that a shell would like to run are only names"],
  },
  H17: {
    [RUNS]: ["H17: *"],
    "test/run/callbacks.test.ts": ["a non-zero return of *", "a callback that hangs is killed *"],
    "test/callback/call.test.ts": ["a time-out ends the whole process group", "who ignores SIGTERM is killed *"],
  },
  H18: {
    [DAEMON]: ["H18: *"],
    "test/xfer/attack.test.ts": ["*"],
    "test/remote/ssh-failures.test.ts": ["a forced command that lets only rsync in: *"],
  },
  H19: {
    [RUNS]: ["H19: *"],
    "test/service/units.test.ts": ["a backup in the sandbox without network has everything"],
    "test/doctor/sandbox.test.ts": ["*"],
  },
  H20: {
    [DISKS]: ["H20: *"],
    "test/integration/limits.test.ts": [
      "a file with so many links that ext4 cannot link it *",
      "a file whose inode in the store can take no more links *",
    ],
  },
};
