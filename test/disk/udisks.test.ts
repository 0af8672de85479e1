import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { DiskInfo } from "../../src/disk/list.ts";
import { KEY, openTerminal, type Terminal } from "../cli/terminal.ts";
import { BAKUP } from "../run/child.ts";
import { temporaryFolder } from "../store/make-store.ts";
import { openLane } from "./lane.ts";
import { testRuns } from "./runs.ts";

const lane = await openLane({ udisks: true });
testRuns(lane, "udisks2");

test("the disks are listed with what init must know of them", (t) => {
  const folder = temporaryFolder(t);
  const disk = lane.plug(`list${process.pid}`);
  t.after(() => disk.unplug());
  const encrypted = lane
    .shell(
      `truncate --size 32M ${folder}/luks; printf secret > ${folder}/key
       cryptsetup -q luksFormat --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 ${folder}/luks ${folder}/key
       losetup --find --show ${folder}/luks; udevadm settle`,
    )
    .trim();
  t.after(() => lane.shell(`losetup --detach ${encrypted}`));
  lane.shell(`mkdir /mnt/list; mount ${disk.device} /mnt/list`);
  const script = fileURLToPath(new URL("print-disks.ts", import.meta.url));
  const disks = () =>
    JSON.parse(lane.shell(`${process.execPath} --import ${import.meta.resolve("tsx")} ${script}`)) as DiskInfo[];
  const [plain] = disks().filter(({ device }) => device === disk.device);
  assert.deepEqual(plain, {
    device: disk.device,
    label: `list${process.pid}`,
    uuid: lane.shell(`blkid -o value -s UUID ${disk.device}`).trim(),
    sizeBytes: 64 * 1024 * 1024,
    fileSystem: "ext4",
    encrypted: false,
    unlocked: false,
    mountPoints: ["/mnt/list"],
    model: "",
    system: true,
  });
  const [locked] = disks().filter(({ device }) => device === encrypted);
  assert.equal(locked?.uuid, lane.shell(`cryptsetup luksUUID ${encrypted}`).trim());
  assert.deepEqual([locked?.encrypted, locked?.unlocked, locked?.mountPoints], [true, false, []]);
});

test("init offers the disks, says how one is made ready, and makes a profile that backs up to it", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "source"));
  writeFileSync(join(folder, "source/a"), "one");
  const label = `init${process.pid}`;
  const image = join(folder, "luks");
  const device = lane
    .shell(
      `truncate --size 96M ${image}; printf secret > ${folder}/key
       cryptsetup -q luksFormat --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 ${image} ${folder}/key
       cryptsetup open --key-file ${folder}/key ${image} ${label}; mkfs.ext4 -q -L ${label} /dev/mapper/${label}
       cryptsetup close ${label}; losetup --find --show ${image}; udevadm settle`,
    )
    .trim();
  const uuid = lane.shell(`cryptsetup luksUUID ${device}`).trim();
  t.after(() =>
    lane.shell(
      `umount /mnt/backup || true; cryptsetup close luks-${uuid} || true; losetup --detach ${device}; : > /etc/fstab`,
    ),
  );
  const config = join(folder, "bakup.conf");
  const given = ["--source", join(folder, "source"), "--exclude", "*.iso", "--timer-arg", "1h", "--keep", "daily=7"];
  const env = { STATE_DIRECTORY: join(folder, "state") };
  const terminal = openTerminal(lane.command([...BAKUP, "init", "box", "--config", config, ...given]), env);
  const locked = new RegExp(`(\\d+)  ${device}  96.0 MiB, encrypted, locked`);
  terminal.type(`${await choiceOf(terminal, locked)}${KEY.enter}`);
  const commands = (await terminal.sees(/is locked\. These commands help.*\n([\s\S]*)Enter, when it is done: /)).trim();
  lane.shell(commands.replace(/udisksctl unlock/, `udisksctl unlock --key-file ${folder}/key`));
  lane.shell("findmnt /mnt/backup");
  terminal.type(KEY.enter);
  const open = new RegExp(`(\\d+)  ${device}  96.0 MiB, "${label}", encrypted ext4, mounted on /mnt/backup`);
  terminal.type(`${await choiceOf(terminal, open)}${KEY.enter}`);
  await terminal.sees(/Where does the passphrase of the disk come from\?[\s\S]*Number \[1\] /);
  terminal.type(`1${KEY.enter}`);
  await terminal.sees(/Which file\? \[\/etc\/bakup\/box\.key\] /);
  terminal.type(`${folder}/key${KEY.enter}`);
  await terminal.sees(/Write this .* /);
  terminal.type(KEY.enter);
  await terminal.sees(/Try it now\?.* /);
  terminal.type(KEY.enter);
  assert.equal(await terminal.ended, 0, terminal.screen());
  assert.match(terminal.screen(), /1 new, 0 changed/);
  const settings = readFileSync(join(folder, "profiles.d/box.conf"), "utf8").match(
    /^(crypto|mount|key|location) = .*$/gm,
  );
  assert.deepEqual(settings, [
    "location = /mnt/backup/box/latest",
    `crypto = UUID=${uuid}`,
    "mount = /mnt/backup",
    `key = file:${folder}/key`,
  ]);
  lane.shell(`umount /mnt/backup; udisksctl lock -b ${device}`);
  const run = await lane.bakup(["run", "box", "--config", config], env);
  assert.equal(run.code, 0, run.stderr);
  lane.shell(`udisksctl unlock --key-file ${folder}/key -b ${device}; udisksctl mount -b /dev/mapper/luks-${uuid}`);
  assert.equal(lane.shell("cat /mnt/backup/box/2*Z/a"), "one");
});

/** The number of the disk among the choices. */
async function choiceOf(terminal: Terminal, disk: RegExp): Promise<string> {
  const number = await terminal.sees(disk);
  await terminal.sees(/Number \[1\] /);
  return number;
}
