import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { DiskInfo } from "../../src/disk/list.ts";
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
