import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openStore } from "../../src/store/layout.ts";
import { recoverStore } from "../../src/store/recover.ts";
import { applyRepair } from "../../src/store/verify/repair.ts";
import { planRepair } from "../../src/store/verify/repair-plan.ts";
import { callMain } from "../cli/call-main.ts";
import { instant, makeJob, runHere } from "../run/make-job.ts";
import { compareTrees } from "../store/compare-trees.ts";
import { type FileSystemType, makeFileSystem, run } from "./file-system.ts";

const TYPES: readonly FileSystemType[] = ["ext4", "xfs", "btrfs"];
const SIZE = { mebibytes: 512 };
const GOOD = "the only copy of a photograph";
const ROTTEN = GOOD.replace("only", "oily");

/** A store with two snapshots; in the first one the photo, which has two names, is spoiled. */
class Damaged {
  readonly source: string;
  readonly store: string;
  readonly first: string;
  readonly type: FileSystemType;
  /** As the source was at the first backup. */
  readonly once: string;

  private constructor(type: FileSystemType, top: string, { disk, first }: { disk: string; first: string }) {
    this.type = type;
    this.source = join(top, "source");
    this.once = join(top, "once");
    this.store = join(disk, "store");
    this.first = first;
  }

  static async make(t: TestContext, type: FileSystemType, { album = true } = {}): Promise<Damaged> {
    const disk = makeFileSystem(t, type, SIZE);
    const source = join(disk.top, "source");
    mkdirSync(join(source, "photos"), { recursive: true });
    writeFileSync(join(source, "photos/one"), GOOD, { mode: 0o640 });
    linkSync(join(source, "photos/one"), join(source, "photos/other name"));
    run("setfattr", ["-n", "user.taken", "-v", "1999", join(source, "photos/one")]);
    run("touch", ["-d", "1999-08-11 12:30:00.123456789", join(source, "photos/one"), join(source, "photos")]);
    if (album) {
      mkdirSync(join(source, "album"));
      run("cp", ["-a", join(source, "photos/one"), join(source, "album/copy")]);
      run("chmod", ["600", join(source, "album/copy")]);
    }
    run("cp", ["-a", source, join(disk.top, "once")]);
    const job = makeJob({ source, mirror: join(disk.path, "store/latest") });
    const first = (await runHere(job, { now: instant(1) })).snapshot ?? "";
    writeFileSync(join(source, "notes"), "new");
    assert.equal((await runHere(job, { now: instant(2) })).exitCode, 0);
    const damaged = new Damaged(type, disk.top, { disk: disk.path, first });
    damaged.spoil(first, "photos/one");
    return damaged;
  }

  at(...names: string[]): string {
    return join(this.store, ...names);
  }

  /** Other contents of the same size and time, in the very inode. */
  spoil(snapshot: string, path: string): void {
    this.openSnapshot(snapshot, () => {
      const file = this.at(snapshot, path);
      run("sh", ["-c", 'touch -r "$1" "$1.time" && printf %s "$2" >"$1"', "sh", file, ROTTEN]);
      run("sh", ["-c", 'touch -r "$1.time" "$1" && rm "$1.time"', "sh", file]);
      run("touch", ["-r", join(this.once, path, ".."), this.at(snapshot, path, "..")]);
    });
  }

  openSnapshot(snapshot: string, work: () => void): void {
    const isSubvolume = this.type === "btrfs" && snapshot !== "latest";
    const set = (value: string) => run("btrfs", ["property", "set", "-t", "subvol", this.at(snapshot), "ro", value]);
    if (isSubvolume) {
      set("false");
    }
    work();
    if (isSubvolume) {
      set("true");
    }
  }

  verify() {
    return callMain("verify", "--store", this.store);
  }

  repair() {
    return callMain("repair", "--store", this.store, "--yes");
  }

  /** All is as it was at the backup, nothing of the repair is left, and no subvolume can be written. */
  async expectWhole(): Promise<void> {
    assert.deepEqual(compareTrees(this.once, this.at(this.first)), []);
    assert.deepEqual(compareTrees(this.source, this.at("latest")), []);
    const { code, stdout } = await this.verify();
    assert.equal(code, 0, stdout);
    for (const part of ["new", "trash"]) {
      assert.deepEqual(readdirSync(this.at(".bakup", part)), [], part);
    }
    this.expectClosed();
  }

  expectClosed(): void {
    if (this.type === "btrfs") {
      assert.match(run("btrfs", ["property", "get", "-t", "subvol", this.at(this.first), "ro"]), /ro=true/);
    }
  }
}

for (const type of TYPES) {
  test(`${type}: a damaged file is healed from another inode under all its names, with all that it had`, async (t) => {
    const damaged = await Damaged.make(t, type);
    assert.equal((await damaged.verify()).code, 7);
    const before = lstatSync(damaged.at(damaged.first, "photos/one")).ino;
    const { code, stdout, stderr } = await damaged.repair();
    assert.deepEqual([code, stderr], [0, ""], stdout);
    const [one, other] = ["one", "other name"].map((name) => lstatSync(damaged.at(damaged.first, "photos", name)));
    assert.equal(one?.ino, other?.ino);
    assert.notEqual(one?.ino, before);
    await damaged.expectWhole();
  });

  test(`${type}: a name that is gone becomes a link of the same file again, not a copy`, async (t) => {
    const damaged = await Damaged.make(t, type);
    await damaged.verify();
    await damaged.repair();
    damaged.openSnapshot(damaged.first, () => {
      rmSync(damaged.at(damaged.first, "photos/other name"));
      run("touch", ["-r", join(damaged.once, "photos"), damaged.at(damaged.first, "photos")]);
    });
    assert.equal((await damaged.verify()).code, 7);
    assert.equal((await damaged.repair()).code, 0);
    await damaged.expectWhole();
  });

  test(`${type}: what no file in the store has comes from the source, for the mirror as well`, async (t) => {
    const damaged = await Damaged.make(t, type, { album: false });
    for (const name of readdirSync(damaged.store).filter((each) => /^20|^latest/.test(each))) {
      damaged.spoil(name, "photos/one");
    }
    assert.equal((await damaged.verify()).code, 7);
    const { code, stdout } = await damaged.repair();
    assert.equal(code, 7);
    assert.match(stdout, /0 files can be healed/);
    const store = openStore(damaged.store);
    try {
      const plan = await planRepair(store, { source: damaged.source });
      assert.deepEqual(plan.hopeless, []);
      const { failed } = await applyRepair(store, plan);
      assert.deepEqual(failed, []);
    } finally {
      store.close();
    }
    await damaged.expectWhole();
  });
}

test("btrfs: a repair that is killed leaves the old snapshot or the healed one, closed after the next start", async (t) => {
  const damaged = await Damaged.make(t, "btrfs");
  const program = fileURLToPath(new URL("../../src/bin/bakup.ts", import.meta.url));
  let kills = 0;
  for (let when = 1; ; when += 1) {
    if (readFileSync(damaged.at(damaged.first, "photos/one"), "utf8") === GOOD) {
      damaged.spoil(damaged.first, "photos/one");
    }
    assert.equal((await damaged.verify()).code, 7);
    const inject = [
      "--quiet=all",
      "-o",
      "/dev/null",
      "-e",
      "trace=rename",
      "-e",
      `inject=rename:signal=KILL:when=${when}`,
    ];
    const command = [process.execPath, "--import", "tsx", program, "repair", "--store", damaged.store, "--yes"];
    const { status, signal, stderr } = spawnSync("strace", [...inject, ...command], { encoding: "utf8" });
    if (status === 0) {
      break;
    }
    assert.equal(signal ?? status, "SIGKILL", stderr);
    kills += 1;
    const store = openStore(damaged.store);
    try {
      await recoverStore(store);
    } finally {
      store.close();
    }
    damaged.expectClosed();
    const text = readFileSync(damaged.at(damaged.first, "photos/one"), "utf8");
    assert.ok([GOOD, ROTTEN].includes(text), text);
    assert.ok(existsSync(damaged.at(".bakup", `${damaged.first}.json`)));
  }
  assert.ok(kills > 3, `${kills} kills`);
  await damaged.expectWhole();
});
