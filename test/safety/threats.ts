import type { Shown } from "./evidence.ts";

/** What shows that each claim of bakup-security(7) is true, by its number there. */
export const CLAIMS: Readonly<Record<string, Shown>> = {
  C1: {
    "test/lock/guard.test.ts": ["a runtime folder *", "a guard file that is a link is refused, *"],
  },
  C2: { "test/safety/local-users.test.ts": ["what bakup keeps is closed to others, *"] },
  C3: {
    "test/safety/local-users.test.ts": ["a user who swaps a folder for a link while root backs up, *"],
    "test/store/attack.test.ts": ["*"],
    "test/store/restore/restore.test.ts": ["a folder that becomes a link after the plan stops the restore"],
  },
  C4: {
    "test/journal/journal.test.ts": ["the name * can neither forge a line nor command a terminal"],
    "test/journal/journald.test.ts": ["values with line ends are preceded by their length, *"],
    "test/cli/pieces.test.ts": ["a table shows control characters instead of obeying them"],
  },
  C5: { "test/dbus/bus.test.ts": ["a message that cannot be read, as any user may send one, *"] },
  C6: { "test/web/attacks.test.ts": ["*"] },
  C7: {
    "test/xfer/attack.test.ts": ["*"],
    "test/xfer/backends.test.ts": ["*"],
    "test/remote/ssh-failures.test.ts": ["a forced command that lets only rsync in: *"],
  },
  C8: {
    "test/xfer/answers.test.ts": ["with a broken configuration *", "the shipped rsyncd.conf *"],
    "test/xfer/turns.test.ts": ["a second upload at the same time is told so, *"],
  },
  C9: {
    "test/fuzz/texts.test.ts": ["whatever a daemon's environment says, *", "any xfer.conf is read, *"],
    "test/xfer/answers.test.ts": ["modules with odd names, *", "a file with a very long request *"],
  },
  C10: {
    "test/store/planted.test.ts": ["*"],
    "test/store/trash.test.ts": ["*"],
    "test/store/recover.test.ts": ["whatever lies in the place of a snapshot being built is discarded: *"],
  },
  C11: { "test/fuzz/records.test.ts": ["*"], "test/store/verify/damage.test.ts": ["*"] },
  C12: {
    "test/fuzz/udisks.test.ts": ["*"],
    "test/fuzz/bus.test.ts": ["*"],
    "test/disk/udisks.test.ts": ["another file system on the mount point is refused *", "two disks that answer *"],
  },
  C13: { "test/remote/ssh-failures.test.ts": ["a host key that *"] },
  C14: {
    "test/remote/ssh-cut.test.ts": ["a list that did not arrive whole is not worked on, *"],
    "test/remote/ssh-run.test.ts": ["names that a shell would like to run are only names"],
    "test/fuzz/texts.test.ts": ["any line of rsync's list of changes *", "whatever rsync complains of, *"],
  },
  C15: {
    "test/store/restore/restore.test.ts": [
      "a linked folder above a wanted path is refused; *",
      "a folder that becomes *",
    ],
  },
  C16: {
    "test/safety/secrets.test.ts": ["*"],
    "test/pool/s3.test.ts": ["a wrong secret fails before anything is touched, and is nowhere shown"],
    "test/destination/location.test.ts": ["a password in an address is refused without being repeated"],
    "test/watch/channels.test.ts": ["a secret that is missing, *", "a monitor that hangs is given up, *"],
  },
  C17: { "test/service/runs.test.ts": ["a run that crashes leaves no image of its memory, *"] },
  C18: {
    "test/remote/daemon.test.ts": ["a password comes from a file or a credential that only its owner may read"],
    "test/doctor/machine.test.ts": ["a configuration that everybody may write is found, *"],
  },
  C19: {
    "test/service/units.test.ts": ["* is exposed at most by 3.2, *", "a backup in the sandbox without network *"],
  },
};
