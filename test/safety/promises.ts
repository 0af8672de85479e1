import type { Shown } from "./evidence.ts";

/** What shows that bakup keeps each of its promises, as bakup-safety(7) numbers them. */
export const PROMISES: Readonly<Record<string, Shown>> = {
  P1: {
    "test/crash/kill.test.ts": ["SIGKILL at *"],
    "test/crash/errors.test.ts": ["an error of the disk at each system call on the store: *"],
    "test/crash/full-disk.test.ts": ["a disk with room for 0 to *"],
    "test/crash/power-cut.test.ts": ["the power is cut *"],
    "test/model/store.model.test.ts": ["* random histories of runs, *"],
    "test/remote/ssh-cut.test.ts": ["the connection is cut during *"],
  },
  P2: {
    "test/transfer/mirror.property.test.ts": ["after any changes the mirror equals the source, *"],
    "test/transfer/meanwhile.test.ts": ["after the plan *"],
    "test/store/refresh.property.test.ts": ["a snapshot that is made from an expired one *"],
    "test/integration/file-systems.test.ts": ["on * six runs that keep two snapshots each: *"],
    "test/remote/ssh-run.test.ts": ["three runs with changes, by * on the other machine: *"],
    "test/cli/repair.test.ts": ["no inode is written in place: *"],
  },
  P3: {
    "test/retention/properties.test.ts": ["*"],
    "test/horror/runs.test.ts": ["H3: *"],
    "test/model/store.model.test.ts": ["* random histories of runs, *"],
  },
  P4: {
    "test/horror/disks.test.ts": ["H1: *"],
    "test/integration/limits.test.ts": [
      "a store * whose disk is not mounted: *",
      "a store whose disk goes away during the run *",
      "another store in the place of ours: *",
      "an ordinary folder in the place of the store: *",
    ],
    "test/remote/ssh-failures.test.ts": ["a store whose disk is not mounted there is left alone"],
    "test/xfer/answers.test.ts": ["another disk in the place of the store takes no upload"],
  },
  P5: {
    "test/lock/guard.test.ts": ["*"],
    "test/lock/store-lock.test.ts": ["*"],
    "test/integration/interruptions.test.ts": ["*"],
    "test/remote/ssh-cut.test.ts": ["a run there and a run from here keep out of each other's way"],
  },
  P6: {
    "test/disk/udisks.test.ts": ["*"],
    "test/disk/tools.test.ts": ["*"],
  },
  P7: {
    "test/xfer/attack.test.ts": ["*"],
    "test/xfer/backends.test.ts": ["*"],
    "test/xfer/answers.test.ts": ["the shipped rsyncd.conf lets a client upload with its password, *"],
    "test/xfer/turns.test.ts": ["*"],
  },
  P8: {
    "test/store/restore/restore.test.ts": ["*"],
    "test/store/restore/copy.test.ts": ["*"],
    "test/cli/restore.test.ts": ["*"],
  },
  P9: {
    "test/safety/secrets.test.ts": ["*"],
    "test/pool/s3.test.ts": ["a wrong secret fails before anything is touched, and is nowhere shown"],
    "test/watch/channels.test.ts": ["a secret that is missing, *", "a monitor that hangs is given up, *"],
    "test/destination/location.test.ts": ["a password in an address is refused without being repeated"],
  },
  P10: {
    "test/cli/history.test.ts": ["each run leaves a record: *", "while a run works its state can be seen, *"],
    "test/service/journal.test.ts": ["of 300 entries of a unit before *"],
    "test/cli/watch.test.ts": ["*"],
    "test/cli/alarms.test.ts": ["a monitor is told of each run, *"],
  },
};
