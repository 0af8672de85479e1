import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { unmountedFileSystemAbove } from "../../src/disk/mounts.ts";
import { temporaryFolder } from "../store/make-store.ts";

const ROOT = "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw";

function mounted(...points: string[]): string {
  return [ROOT, ...points.map((point, at) => `${at + 30} 22 7:${at} / ${point} rw shared:1 - ext4 /dev/loop0 rw`)].join(
    "\n",
  );
}

const cases: { name: string; fstab: string; mountinfo?: string; path?: string; expected: string | undefined }[] = [
  {
    name: "a mount point of fstab that is not mounted",
    fstab: "UUID=1 /mnt/backup ext4 noauto 0 2",
    expected: "/mnt/backup",
  },
  {
    name: "one that is mounted is no obstacle",
    fstab: "UUID=1 /mnt/backup ext4 noauto 0 2",
    mountinfo: mounted("/mnt/backup"),
    expected: undefined,
  },
  {
    name: "the store may be the mount point itself",
    fstab: "UUID=1 /mnt/backup ext4",
    path: "/mnt/backup",
    expected: "/mnt/backup",
  },
  {
    name: "a mount point elsewhere says nothing",
    fstab: "UUID=1 /mnt/other ext4\nUUID=2 /mnt/backup2 ext4",
    expected: undefined,
  },
  {
    name: "the nearest one decides: the outer one is mounted, the inner one is not",
    fstab: "/dev/a /mnt ext4\n/dev/b /mnt/backup ext4",
    mountinfo: mounted("/mnt"),
    expected: "/mnt/backup",
  },
  {
    name: "the nearest one decides: the inner one is mounted",
    fstab: "/dev/b /mnt/backup ext4\n/dev/a /mnt ext4",
    mountinfo: mounted("/mnt/backup"),
    expected: undefined,
  },
  { name: "comments and empty lines count for nothing", fstab: "# /dev/a /mnt/backup ext4\n\n", expected: undefined },
  { name: "neither does swap", fstab: "/dev/a none swap sw\n/dev/b /mnt/backup swap sw", expected: undefined },
  { name: "the root file system is never missing", fstab: "/dev/a / ext4", mountinfo: "", expected: undefined },
  {
    name: "a blank in a name is written as \\040 in both files",
    fstab: "UUID=1 /mnt/back\\040up ext4",
    mountinfo: mounted("/mnt/back\\040up"),
    path: "/mnt/back up/laptop",
    expected: undefined,
  },
  {
    name: "a name with a blank that is not mounted is shown as it is",
    fstab: "UUID=1\t/mnt/back\\040up\text4",
    path: "/mnt/back up/laptop",
    expected: "/mnt/back up",
  },
  {
    name: "a slash at the end of fstab's mount point makes no difference",
    fstab: "UUID=1 /mnt/backup/ ext4",
    mountinfo: mounted("/mnt/backup"),
    expected: undefined,
  },
];

for (const { name, fstab, mountinfo = mounted(), path = "/mnt/backup/laptop", expected } of cases) {
  test(name, (t) => {
    const folder = temporaryFolder(t);
    const files = { fstab: join(folder, "fstab"), mountinfo: join(folder, "mountinfo") };
    writeFileSync(files.fstab, fstab);
    writeFileSync(files.mountinfo, mountinfo);
    assert.equal(unmountedFileSystemAbove(path, files), expected);
  });
}

test("without an fstab there is nothing to miss", (t) => {
  const folder = temporaryFolder(t);
  const files = { fstab: join(folder, "none"), mountinfo: "/proc/self/mountinfo" };
  assert.equal(unmountedFileSystemAbove("/mnt/backup/laptop", files), undefined);
});
