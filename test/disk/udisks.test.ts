import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { DiskInfo } from "../../src/disk/list.ts";
import { KEY, openTerminal } from "../cli/terminal.ts";
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
  const { device, unplug } = lane.plug(label);
  lane.shell(": > /etc/fstab");
  const empty = lane.shell(`truncate -s 48M ${folder}/empty; losetup -f --show ${folder}/empty; udevadm settle`).trim();
  t.after(() => {
    lane.shell(`losetup --detach ${empty}; umount /mnt/backup || true; : > /etc/fstab`);
    unplug();
  });
  const config = join(folder, "bakup.conf");
  const given = ["--source", join(folder, "source"), "--exclude", "*.iso", "--timer-arg", "1h", "--keep", "daily=7"];
  const env = { STATE_DIRECTORY: join(folder, "state") };
  const terminal = openTerminal(lane.command([...BAKUP, "init", "box", "--config", config, ...given]), env);
  const choose = async (disk: string) => {
    const number = await terminal.sees(new RegExp(`(\\d+)  ${disk}`));
    await terminal.sees(/Number \[1\] /);
    terminal.type(`${number}${KEY.enter}`);
  };
  await choose(`${empty}  48.0 MiB, empty`);
  await terminal.sees(new RegExp(`bakup formats nothing[\\s\\S]*cryptsetup luksFormat --type luks2 ${empty}`));
  await terminal.sees(/when it is done: /);
  terminal.type(KEY.enter);
  await choose(`${device}  64.0 MiB, "${label}", ext4, not mounted`);
  lane.shell(await terminal.sees(/is not mounted\. These commands help.*\n([\s\S]*)Enter, when it is done: /));
  terminal.type(KEY.enter);
  await choose(`${device}  64.0 MiB, "${label}", ext4, mounted on /mnt/backup`);
  await terminal.sees(/Write this .* /);
  terminal.type(KEY.enter);
  await terminal.sees(/Try it now\?.* /);
  terminal.type(KEY.enter);
  assert.equal(await terminal.ended, 0, terminal.screen());
  assert.match(terminal.screen(), /1 new, 0 changed/);
  const text = readFileSync(join(folder, "profiles.d/box.conf"), "utf8");
  assert.deepEqual(text.match(/^(device|mount|location) = .*$/gm), [
    "location = /mnt/backup/box/latest",
    `device = UUID=${lane.shell(`blkid -o value -s UUID ${device}`).trim()}`,
    "mount = /mnt/backup",
  ]);
  lane.shell("umount /mnt/backup");
  const run = await lane.bakup(["run", "box", "--config", config], env);
  assert.equal(run.code, 0, run.stderr);
  assert.equal(lane.shell("mount /mnt/backup; cat /mnt/backup/box/2*Z/a"), "one");
});
