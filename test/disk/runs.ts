import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { nextSecond, slowRsync, until } from "../run/child.ts";
import { makePlace } from "../run/make-job.ts";
import type { Disk, Lane } from "./lane.ts";

/** Other lanes may have disks at the same time. */
const LABEL = `bakup${process.pid}`;
const MOUNT = "/mnt/backup";
const FSTAB = `LABEL=${LABEL} ${MOUNT} ext4 noauto,noatime 0 0`;

/** A source, a disk in the lane, and a profile that puts the one on the other. */
interface Scene {
  lane: Lane;
  disk: Disk;
  top: string;
  source: string;
  /** Runs the profile. `disk` is the section [disk]; more options go to the command. */
  run: (options?: {
    disk?: string;
    location?: string;
    profile?: string;
    env?: NodeJS.ProcessEnv;
  }) => ReturnType<Lane["start"]>;
  mounts: () => string[];
}

/** What must hold for runs on a disk, whoever mounts it. */
export function testRuns(lane: Lane, backend: "udisks2" | "tools"): void {
  const udisks = backend === "udisks2";
  let fstabNow = "";
  const writeFstab = (text: string) => {
    if (text !== fstabNow) {
      // udisks2 notices it by itself, within a second or so.
      lane.shell(`echo '${text}' > /etc/fstab; sleep ${udisks ? 1.2 : 0}`);
      fstabNow = text;
    }
  };

  async function prepare(t: TestContext, { fstab = FSTAB }: { fstab?: string } = {}): Promise<Scene> {
    const { top, source } = makePlace(t);
    writeFstab(fstab);
    const disk = lane.plug(LABEL);
    t.after(() => disk.unplug());
    return {
      lane,
      disk,
      top,
      source,
      run: ({
        disk: section = `mount = ${MOUNT}`,
        location = `${MOUNT}/laptop/latest`,
        profile = "laptop",
        env = {},
      } = {}) => {
        const config = join(top, `${profile}.conf`);
        const text = `[profile]\nname = ${profile}\n[source]\npath = ${source}\n[destination]\nlocation = ${location}\n[disk]\n`;
        writeFileSync(config, `${text}${section}\nbackend = ${backend}\n`);
        const args = ["run", "--config", config, "--log-format", "human"];
        return lane.start(args, { STATE_DIRECTORY: join(top, "state"), ...env });
      },
      mounts: () =>
        lane.shell(`findmnt --noheadings --output TARGET ${disk.device} || true`).split("\n").filter(Boolean),
    };
  }

  const contents = (path: string) => lane.shell(`ls -A ${path} 2>/dev/null || true`).split("\n").filter(Boolean);

  test("a disk that is not mounted is mounted for the run and unmounted after it, its mount point gone again", async (t) => {
    const { run, mounts, disk } = await prepare(t);
    const { code, stderr } = await run().ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`disk \\S+ mounted on ${MOUNT}`));
    assert.match(stderr, new RegExp(`disk unmounted from ${MOUNT}`));
    assert.deepEqual(mounts(), []);
    assert.deepEqual(contents("/mnt"), []);
    lane.shell(
      `mkdir /mnt/look; mount ${disk.device} /mnt/look; ls /mnt/look/laptop/latest/folder/other; umount /mnt/look; rmdir /mnt/look`,
    );
  });

  test("a disk that is mounted stays mounted", async (t) => {
    const { run, mounts, disk } = await prepare(t);
    lane.shell(`mkdir -p ${MOUNT}; mount ${MOUNT}`);
    const { code, stderr } = await run().ended;
    assert.equal(code, 0, stderr);
    assert.deepEqual(mounts(), [MOUNT]);
    disk.unplug();
    lane.shell(`rmdir ${MOUNT}`);
  });

  test("an absent disk skips the run with one line, and code 75", async (t) => {
    const { run, disk } = await prepare(t);
    disk.unplug();
    const { code, stderr } = await run().ended;
    assert.equal(code, 75);
    assert.match(stderr, new RegExp(`^\\S+ laptop: backup skipped: the backup disk LABEL=${LABEL} is not there\n$`));
  });

  test("another file system on the mount point is refused with code 3, and left alone", async (t) => {
    const { run, mounts } = await prepare(t);
    lane.shell(`mkdir -p ${MOUNT}; mount -t tmpfs other ${MOUNT}`);
    t.after(() => lane.shell(`umount ${MOUNT}; rmdir ${MOUNT}`));
    const { code, stderr } = await run().ended;
    assert.equal(code, 3, stderr);
    assert.match(stderr, /on \/mnt\/backup there is other, and the backup disk is \S+/);
    assert.deepEqual(contents(MOUNT), []);
    assert.deepEqual(mounts(), []);
  });

  test("a disk that is mounted elsewhere is not mounted twice", async (t) => {
    const { run, mounts, disk } = await prepare(t);
    lane.shell(`mkdir -p /mnt/elsewhere; mount ${disk.device} /mnt/elsewhere`);
    const { code, stderr } = await run().ended;
    assert.equal(code, 5);
    assert.match(stderr, /is mounted on \/mnt\/elsewhere already, not on \/mnt\/backup/);
    assert.deepEqual(mounts(), ["/mnt/elsewhere"]);
    disk.unplug();
    lane.shell("rmdir /mnt/elsewhere");
  });

  test("a disk that can only be read is refused, and unmounted again", async (t) => {
    const { run, mounts } = await prepare(t, { fstab: FSTAB.replace("noauto", "noauto,ro") });
    const { code, stderr } = await run().ended;
    assert.equal(code, 5);
    assert.match(stderr, /the backup disk on \/mnt\/backup can only be read/);
    assert.deepEqual(mounts(), []);
  });

  test("a device without a file system cannot be mounted", async (t) => {
    const { run, disk } = await prepare(t, { fstab: "" });
    lane.shell(`wipefs --all --quiet ${disk.device}; udevadm settle`);
    const { code, stderr } = await run({ disk: `device = ${disk.device}\nmount = ${MOUNT}` }).ended;
    assert.equal(code, 5);
    assert.match(stderr, /cannot mount \/dev\/loop\d+ on \/mnt\/backup: /);
    assert.deepEqual(contents("/mnt"), []);
  });

  for (const name of ["LABEL", "UUID"]) {
    test(`a disk can be named by its ${name}`, async (t) => {
      const { run, disk } = await prepare(t);
      const value = lane.shell(`blkid -o value -s ${name} ${disk.device}`).trim();
      const { code, stderr } = await run({ disk: `device = ${name}=${value}\nmount = ${MOUNT}` }).ended;
      assert.equal(code, 0, stderr);
    });
  }

  test("two disks that answer to one name are refused", async (t) => {
    const { run, top, disk } = await prepare(t);
    lane.shell(
      `cp ${lane.imageOf(LABEL)} ${top}/copy; losetup --find --show ${top}/copy > ${top}/second; udevadm settle`,
    );
    const second = readFileSync(join(top, "second"), "utf8").trim();
    t.after(() => lane.shell(`losetup --detach ${second}`));
    const { code, stderr } = await run().ended;
    if (udisks) {
      assert.equal(code, 5, stderr);
      assert.match(stderr, new RegExp(`2 disks answer to label ${LABEL}: `));
      assert.ok(stderr.includes(second) && stderr.includes(disk.device));
    } else {
      // udev makes one link for both, and cannot say so.
      assert.equal(code, 0, stderr);
    }
  });

  test("a busy disk is waited for, with the name of who keeps it busy", async (t) => {
    const { run, mounts, top } = await prepare(t);
    const hook = `#!/bin/sh\n[ "$3" = 2 ] && (cd ${MOUNT}/laptop && exec sleep 3 >/dev/null 2>&1) &\nexit 0\n`;
    writeFileSync(join(top, "user-callback"), hook, { mode: 0o755 });
    const { code, stderr } = await run().ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /waiting to unmount \/mnt\/backup, which is in use by sleep \(process \d+\)/);
    assert.match(stderr, /disk unmounted from/);
    assert.deepEqual(mounts(), []);
  });

  /** A run that is in the middle of its transfer. */
  async function startSlow(scene: Scene) {
    const { env, pidFile } = slowRsync(scene.top);
    rmSync(pidFile, { force: true });
    writeFileSync(join(scene.source, "large"), Buffer.alloc(3_000_000, "x"));
    const running = scene.run({ env });
    await until(() => existsSync(pidFile), { what: "the transfer" });
    return running;
  }

  for (const [signal, expected] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const) {
    test(`after ${signal} the disk is unmounted, and the next run is complete`, async (t) => {
      const scene = await prepare(t);
      const running = await startSlow(scene);
      running.kill(signal);
      const { code, stderr } = await running.ended;
      assert.equal(code, expected, stderr);
      assert.deepEqual(scene.mounts(), []);
      await nextSecond();
      const next = await scene.run().ended;
      assert.equal(next.code, 0, next.stderr);
    });
  }

  test("after SIGTERM, a disk that was mounted before stays mounted", async (t) => {
    const scene = await prepare(t);
    lane.shell(`mkdir -p ${MOUNT}; mount ${MOUNT}`);
    const running = await startSlow(scene);
    running.kill("SIGTERM");
    const { code, stderr } = await running.ended;
    assert.equal(code, 143, stderr);
    assert.deepEqual(scene.mounts(), [MOUNT]);
    scene.disk.unplug();
    lane.shell(`rmdir ${MOUNT}`);
  });

  /** Kills a run in the middle of its transfer, and later what it leaves. */
  async function killSlow(scene: Scene): Promise<{ killOrphan: () => Promise<void> }> {
    const running = await startSlow(scene);
    running.kill("SIGKILL");
    await running.ended;
    const { pidFile } = slowRsync(scene.top);
    const orphan = readFileSync(pidFile, "utf8").trim();
    return {
      killOrphan: async () => {
        lane.shell(`kill -9 ${orphan}`);
        await until(() => lane.shell("pgrep rsync || true") === "", { what: "the end of rsync" });
      },
    };
  }

  test("after SIGKILL, bakup cleanup unmounts the disk, but not before all of the run is dead", async (t) => {
    const scene = await prepare(t);
    const { killOrphan } = await killSlow(scene);
    assert.equal((await lane.bakup(["cleanup", "--log-format", "human"])).stderr, "");
    assert.deepEqual(scene.mounts(), [MOUNT]);
    await killOrphan();
    const { code, stderr } = await lane.bakup(["cleanup", "--log-format", "human"]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /laptop: warning: a run was killed and has left \S+ open; it is closed now/);
    assert.match(stderr, /laptop: disk unmounted from/);
    assert.deepEqual(scene.mounts(), []);
    assert.deepEqual(contents("/mnt"), []);
    assert.equal((await lane.bakup(["cleanup", "--log-format", "human"])).stderr, "");
  });

  test("after SIGKILL, the next run puts the disk back as it was found as well, and is complete", async (t) => {
    const scene = await prepare(t);
    const { killOrphan } = await killSlow(scene);
    await killOrphan();
    await nextSecond();
    const { code, stderr } = await scene.run().ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /a run was killed and has left/);
    assert.deepEqual(scene.mounts(), []);
  });

  test("after SIGKILL, a disk that was mounted before stays mounted", async (t) => {
    const scene = await prepare(t);
    lane.shell(`mkdir -p ${MOUNT}; mount ${MOUNT}`);
    const { killOrphan } = await killSlow(scene);
    await killOrphan();
    assert.equal((await lane.bakup(["cleanup", "--log-format", "human"])).stderr, "");
    assert.deepEqual(scene.mounts(), [MOUNT]);
    scene.disk.unplug();
    lane.shell(`rmdir ${MOUNT}`);
  });

  test("a run waits for another one that uses the same disk", async (t) => {
    const scene = await prepare(t);
    const first = await startSlow(scene);
    const second = scene.run({ location: `${MOUNT}/other/latest`, profile: "other" });
    await until(() => second.stderr().includes("waiting for the disk"), { what: "the second run's wait" });
    first.kill("SIGTERM");
    assert.equal((await first.ended).code, 143);
    const { code, stderr } = await second.ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /waiting for the disk \S+: already running: backup to \/mnt\/backup\/laptop\/latest/);
    assert.deepEqual(scene.mounts(), []);
  });

  test("a disk that goes away in the middle ends the run at once, and nothing lies under its mount point", async (t) => {
    const scene = await prepare(t);
    lane.shell(`mkdir -p ${MOUNT}`);
    const running = await startSlow(scene);
    lane.shell(`umount --lazy ${MOUNT}`);
    const { code, stderr } = await running.ended;
    assert.equal(code, 5, stderr);
    assert.match(stderr, /backup failed: the backup disk is no longer mounted on \/mnt\/backup/);
    assert.deepEqual(contents(MOUNT), []);
    lane.shell(`rmdir ${MOUNT}`);
    await nextSecond();
    const next = await scene.run().ended;
    assert.equal(next.code, 0, next.stderr);
  });

  test("a disk that goes dead in the middle ends the run at once, and the run says so", async (t) => {
    const scene = await prepare(t);
    const running = await startSlow(scene);
    // EXT4_IOC_SHUTDOWN: from now on every write fails, as after a pulled cable.
    lane.shell(
      `python3 -c 'import fcntl,os,struct; fcntl.ioctl(os.open("${MOUNT}", 0), 0x8004587d, struct.pack("I", 2))'`,
    );
    const { code, stderr } = await running.ended;
    assert.equal(code, 5, stderr);
    assert.match(stderr, /backup failed: /);
    assert.deepEqual(scene.mounts(), []);
    await nextSecond();
    const next = await scene.run().ended;
    assert.equal(next.code, 0, next.stderr);
  });

  test("a dry run neither mounts nor asks", async (t) => {
    const { mounts, source, top } = await prepare(t);
    const { code, stderr } = await lane.bakup(
      ["backup", "--no-sudo", "-n", "-m", MOUNT, "--log-format", "human", source, `${MOUNT}/laptop/latest`],
      { STATE_DIRECTORY: join(top, "state") },
    );
    assert.equal(code, 5);
    assert.match(stderr, /\/mnt\/backup is not mounted, and a dry run mounts nothing/);
    assert.deepEqual(mounts(), []);
  });

  test("bakup backup -m mounts and unmounts; a destination off the mount point is refused before", async (t) => {
    const { mounts, source, top } = await prepare(t);
    const args = ["backup", "--no-sudo", "--disable-notifications", "-m", MOUNT, "--log-format", "human", source];
    const env = { STATE_DIRECTORY: join(top, "state") };
    const { code, stderr } = await lane.bakup([...args, `${MOUNT}/laptop/latest`], env);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /disk unmounted/);
    const off = await lane.bakup([...args, "/mnt/backup2/laptop/latest"], env);
    assert.equal(off.code, 5);
    assert.match(off.stderr, /does not lie under the mount point/);
    assert.deepEqual(mounts(), []);
  });

  test("of what has no line in fstab, nothing is guessed", async (t) => {
    const { run } = await prepare(t, { fstab: "" });
    const { code, stderr } = await run().ended;
    assert.equal(code, 5);
    assert.match(stderr, /nothing says what to mount on \/mnt\/backup: it is not in \/etc\/fstab/);
  });

  test("an encrypted disk whose name is not in crypttab, or that nobody can unlock, says so", async (t) => {
    const { run, top } = await prepare(t);
    mkdirSync(join(top, "keys"));
    const unknown = await run({ disk: `crypto = nobody\nmount = ${MOUNT}` }).ended;
    assert.equal(unknown.code, 5);
    assert.match(unknown.stderr, /\/etc\/crypttab has no device for the name "nobody"/);
    const device = lane
      .shell(
        `truncate --size 32M ${top}/luks; printf secret > ${top}/keys/key
         cryptsetup -q luksFormat --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 ${top}/luks ${top}/keys/key
         losetup --find --show ${top}/luks; udevadm settle`,
      )
      .trim();
    t.after(() => lane.shell(`losetup --detach ${device}; : > /etc/crypttab`));
    const crypto = `crypto = ${device}\nmount = ${MOUNT}`;
    const nobody = await run({ disk: crypto }).ended;
    assert.equal(nobody.code, 5);
    assert.match(nobody.stderr, /nothing holds the passphrase of the disk/);
    const lost = await run({ disk: `${crypto}\nkey = file:${top}/keys/lost` }).ended;
    assert.equal(lost.code, 1);
    assert.match(lost.stderr, /cannot read the key of the disk in \S+lost: ENOENT/);
    // Without device-mapper in the kernel even the right key fails: an error of the service or program like any other.
    writeFileSync(join(top, "keys/wrong"), "wrong");
    const failed = await run({ disk: `${crypto}\nkey = file:${top}/keys/wrong` }).ended;
    assert.equal(failed.code, 5);
    assert.match(failed.stderr, new RegExp(`cannot unlock ${device}: `));
    assert.ok(!failed.stderr.includes("secret"));
  });
}
