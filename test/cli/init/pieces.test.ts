import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import {
  crypttabKeyOf,
  type DiskPlace,
  describeDisk,
  isCandidate,
  placeOnDisk,
} from "../../../src/cli/init/disk-place.ts";
import { leaveOutStore } from "../../../src/cli/init/leave-out-store.ts";
import { profileText } from "../../../src/cli/init/profile-text.ts";
import { problemOf, type Settings } from "../../../src/cli/init/settings.ts";
import { timersFor } from "../../../src/cli/init/timers.ts";
import { createLookups } from "../../../src/config/file-system.ts";
import { loadConfiguration } from "../../../src/config/load.ts";
import type { KeyPath } from "../../../src/config/schema.ts";
import { type DiskInfo, disksIn } from "../../../src/disk/list.ts";
import { temporaryFolder } from "../../store/make-store.ts";

const LOCATION: [KeyPath, string[]] = ["destination.location", ["/mnt/backup/box/latest"]];

const PROFILES: [title: string, settings: [KeyPath, string[]][]][] = [
  ["a folder", [LOCATION]],
  ["names that need quotes", [LOCATION, ["source.path", ["/home/a #1"]], ["source.exclude", ['"x" ; y', "it's"]]]],
  [
    "an encrypted disk",
    [LOCATION, ["disk.crypto", ["UUID=0-1"]], ["disk.mount", ["/mnt/backup"]], ["disk.key", ["ask"]]],
  ],
  ["a disk", [LOCATION, ["disk.device", ["LABEL=my backup"]], ["schedule.when_plugged", ["yes"]]]],
  ["another machine", [["destination.location", ["me@nas:/srv/x/latest"]]]],
  [
    "a daemon with a password",
    [
      ["destination.location", ["rsync://me@nas/box"]],
      ["destination.password_file", ["/etc/bakup/nas.password"]],
    ],
  ],
  ["a schedule and a scheme", [LOCATION, ["schedule.timer_arg", ["12h", "always"]], ["rotation.daily", ["always"]]]],
];

for (const [title, settings] of PROFILES) {
  test(`the profile of ${title} says what was asked for, and bakup check has nothing against it`, (context) => {
    const folder = temporaryFolder(context);
    const file = join(folder, "profiles.d/box.conf");
    const text = profileText("box", new Map(settings));
    const drafts = new Map([
      [join(folder, "bakup.conf"), ""],
      [file, text],
    ]);
    const result = loadConfiguration({ file: join(folder, "bakup.conf"), drafts });
    assert.deepEqual(result.ok ? result.warnings : result.complaints, []);
    const [profile] = result.ok ? result.profiles : [];
    const wanted = new Map(settings);
    assert.equal(profile?.name, "box");
    assert.equal(profile.destination.location, wanted.get("destination.location")?.[0]);
    assert.equal(profile.source.path, wanted.get("source.path")?.[0] ?? "/");
    assert.deepEqual(profile.source.exclude, wanted.get("source.exclude") ?? []);
    const { crypto, device, mount, key } = profile.disk;
    const disk = [crypto, device, mount, key];
    const keys: KeyPath[] = ["disk.crypto", "disk.device", "disk.mount", "disk.key"];
    assert.deepEqual(
      disk,
      keys.map((path) => wanted.get(path)?.[0]),
    );
    assert.deepEqual(profile.schedule.timerArgs.slice(0, 1), wanted.get("schedule.timer_arg")?.slice(0, 1) ?? ["20h"]);
    assert.equal(profile.rotation.scheme.hourly, wanted.has("rotation.daily") ? undefined : 24);
  });
}

test("the settings that a profile offers as comments are valid, and are the defaults", (context) => {
  const folder = temporaryFolder(context);
  const main = join(folder, "bakup.conf");
  const load = (text: string) => {
    const drafts = new Map([
      [main, ""],
      [join(folder, "profiles.d/box.conf"), text],
    ]);
    const result = loadConfiguration({ file: main, drafts });
    assert.deepEqual(result.ok ? result.warnings : result.complaints, []);
    return result.ok ? result.profiles[0] : undefined;
  };
  const text = profileText("box", new Map([LOCATION]));
  const whole = load(text.replace(/^;(?=\w)/gm, ""));
  assert.deepEqual(whole?.rotation.scheme, load(text)?.rotation.scheme);
  assert.deepEqual(whole?.schedule, load(text)?.schedule);
});

const NO_VALUES: [KeyPath, string, RegExp][] = [
  ["source.path", "", /must not be empty/],
  ["source.path", "home", /must be an absolute path/],
  ["source.path", "/a\nb", /control characters/],
  ["destination.location", "::x", /is invalid/],
  ["disk.key", "my secret", /^must be credential:NAME, file:\/PATH or ask$/],
];

for (const [path, value, problem] of NO_VALUES) {
  test(`${JSON.stringify(value)} is no ${path}`, () => assert.match(problemOf(path, value) ?? "", problem));
}

const DISK: DiskInfo = {
  device: "/dev/sdb1",
  label: "backup",
  uuid: "1-2",
  sizeBytes: 2 ** 40,
  fileSystem: "ext4",
  encrypted: false,
  unlocked: false,
  mountPoints: [],
  model: "Maker Disk",
  system: false,
};
const LOCKED: DiskInfo = { ...DISK, label: "", fileSystem: "", encrypted: true };
const TABLES = { fstab: [], crypttab: [], user: "root" };

function ready(folder: string, mount: string | undefined, fstabLine?: string): DiskPlace {
  return { kind: "ready", folder, mount, fstabLine };
}

const PLACES: [title: string, disk: DiskInfo, tables: Partial<typeof TABLES> & object, expected: DiskPlace | RegExp][] =
  [
    [
      "that fstab mounts by its UUID",
      DISK,
      { fstab: [{ device: "UUID=1-2", mountPoint: "/srv/b" }] } as object,
      ready("/srv/b", "/srv/b"),
    ],
    [
      "that fstab mounts by its label, locked as it is",
      { ...LOCKED, label: "backup" },
      { fstab: [{ device: "LABEL=backup", mountPoint: "/srv/b" }] } as object,
      ready("/srv/b", "/srv/b"),
    ],
    [
      "that crypttab and fstab know",
      LOCKED,
      {
        fstab: [{ device: "/dev/mapper/vault", mountPoint: "/srv/b" }],
        crypttab: [{ name: "vault", device: "UUID=1-2", keyFile: undefined, options: [] }],
      } as object,
      ready("/srv/b", "/srv/b"),
    ],
    [
      "mounted by hand",
      { ...DISK, mountPoints: ["/mnt/my disk"] },
      {},
      ready("/mnt/my disk", "/mnt/my disk", "UUID=1-2 /mnt/my\\040disk auto noauto,nosuid,nodev 0 0"),
    ],
    [
      "mounted by udisks2 for root",
      { ...DISK, mountPoints: ["/media/root/backup"] },
      {},
      ready("/media/root/backup", undefined),
    ],
    [
      "mounted for another user",
      { ...DISK, mountPoints: ["/media/ann/backup"] },
      {},
      /^umount \/media\/ann\/backup\necho/,
    ],
    [
      "that is not mounted",
      DISK,
      {},
      /^echo 'UUID=1-2 \/mnt\/backup auto .*' >> \/etc\/fstab\nudisksctl mount -b \/dev\/sdb1$/,
    ],
    ["of a user", DISK, { user: "ann" }, /^udisksctl mount -b \/dev\/sdb1$/],
    [
      "that is locked",
      LOCKED,
      {},
      /luks-1-2 \/mnt\/backup .*\nudisksctl unlock -b \/dev\/sdb1\nudisksctl mount -b \/dev\/mapper\/luks-1-2$/,
    ],
    [
      "beside another one",
      DISK,
      { fstab: [{ device: "UUID=9", mountPoint: "/mnt/backup" }] } as object,
      / \/mnt\/backup-2 auto /,
    ],
    [
      "that is empty",
      { ...DISK, label: "", uuid: "", fileSystem: "" },
      {},
      /^cryptsetup luksFormat --type luks2 \/dev\/sdb1\n/,
    ],
  ];

for (const [title, disk, tables, expected] of PLACES) {
  test(`a disk ${title} has its place, or needs just these commands`, () => {
    const place = placeOnDisk(disk, { ...TABLES, ...tables });
    if (expected instanceof RegExp) {
      assert.match(place.kind === "not ready" ? place.commands.join("\n") : place.kind, expected);
    } else {
      assert.deepEqual(place, expected);
    }
  });
}

test("a disk is described with all that tells it from others", () => {
  assert.equal(describeDisk(DISK), '/dev/sdb1  1.00 TiB, "backup", ext4, not mounted, Maker Disk');
  assert.equal(describeDisk(LOCKED), "/dev/sdb1  1.00 TiB, encrypted, locked, Maker Disk");
  const open = { ...DISK, encrypted: true, unlocked: true, mountPoints: ["/mnt/b"], model: "" };
  assert.equal(describeDisk(open), '/dev/sdb1  1.00 TiB, "backup", encrypted ext4, mounted on /mnt/b');
  assert.match(describeDisk({ ...DISK, fileSystem: "", label: "" }), /1.00 TiB, empty, not mounted/);
});

test("disks of the system itself are not offered", () => {
  assert.ok(isCandidate(DISK));
  assert.ok(!isCandidate({ ...DISK, mountPoints: ["/"] }));
  assert.ok(!isCandidate({ ...DISK, fileSystem: "iso9660" }));
});

test("a key file in crypttab is known", () => {
  const crypttab = [{ name: "vault", device: "UUID=1-2", keyFile: "/etc/vault.key", options: [] }];
  assert.equal(crypttabKeyOf(LOCKED, { ...TABLES, crypttab }), "/etc/vault.key");
  assert.equal(crypttabKeyOf({ ...LOCKED, uuid: "3" }, { ...TABLES, crypttab }), undefined);
});

test("a disk is empty when it has neither contents nor parts, and room", () => {
  const block = (more: object) => ({
    "org.freedesktop.UDisks2.Block": Object.fromEntries(
      Object.entries({ CryptoBackingDevice: "/", IdUsage: "", IdType: "", Size: 2 ** 30, ...more }).map(
        ([name, value]) => [name, { value }],
      ),
    ),
  });
  const count = (more: object, interfaces: object = {}) => disksIn({ "/x": { ...block(more), ...interfaces } }).length;
  assert.equal(count({}), 1);
  assert.equal(count({ Size: 1024 }), 0);
  assert.equal(count({ ReadOnly: true }), 0);
  assert.equal(count({ IdUsage: "raid", IdType: "lvm" }), 0);
  assert.equal(count({}, { "org.freedesktop.UDisks2.PartitionTable": {} }), 0);
  assert.equal(count({}, { "org.freedesktop.UDisks2.Partition": { IsContainer: { value: true } } }), 0);
});

const ON = { isEnabled: true, isActive: true };
const OFF = { isEnabled: false, isActive: false };
const NEW = { profile: "new", whenPlugged: false, ...OFF };

const TIMERS: [title: string, facts: Parameters<typeof timersFor>[1], expected: string[]][] = [
  ["nothing is enabled", { all: OFF, watch: OFF, profiles: [NEW] }, ["bakup.timer", "bakup-watch.timer"]],
  ["all is enabled", { all: ON, watch: ON, profiles: [NEW] }, []],
  ["it waits for the next boot", { all: { ...ON, isActive: false }, watch: ON, profiles: [NEW] }, ["bakup.timer"]],
  [
    "others have timers of their own",
    { all: OFF, watch: ON, profiles: [{ ...NEW, profile: "old", ...ON }, NEW] },
    ["bakup@new.timer"],
  ],
  ["it has its own already", { all: OFF, watch: ON, profiles: [{ ...NEW, ...ON }] }, []],
];

for (const [title, facts, expected] of TIMERS) {
  test(`when ${title}, these timers are offered: ${expected.join(", ") || "none"}`, () => {
    assert.deepEqual(timersFor("new", facts), expected);
  });
}

test("a store in the source is left out of the backup, and only there", (context) => {
  const folder = temporaryFolder(context);
  const lookups = createLookups();
  const leftOut = (settings: [KeyPath, string[]][]): Settings => leaveOutStore(new Map(settings), lookups);
  const inside = join(folder, "disk/box/latest");
  assert.deepEqual(
    leftOut([
      ["source.path", [folder]],
      ["destination.location", [inside]],
      ["source.exclude", ["*.iso"]],
    ]).get("source.exclude"),
    ["*.iso", "/disk/box/"],
  );
  for (const location of ["/mnt/backup/box/latest", "host:/x", join(folder, "..", "other/latest")]) {
    const settings = leftOut([
      ["source.path", [folder]],
      ["destination.location", [location]],
    ]);
    assert.equal(settings.get("source.exclude"), undefined, location);
  }
});
