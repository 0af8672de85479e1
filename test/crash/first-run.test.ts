import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type FileSystemType, makeFileSystem, run, shell } from "../integration/file-system.ts";
import { killTree, workUntil } from "../integration/processes.ts";
import { nextSecond, startBakup } from "../run/child.ts";
import { countCases } from "../safety/cases.ts";
import { compareTrees } from "../store/compare-trees.ts";
import { temporaryFolder } from "../store/make-store.ts";
import { settle } from "../transfer/settle.ts";
import { whileMounted } from "./mounted.ts";
import { backUp, backupArguments, type Scene, stateOf } from "./scene.ts";

const CUTS = Number(process.env.BAKUP_TEST_CUTS ?? 6);
const FILES = 4000;

for (const type of ["ext4", "xfs", "btrfs"] as const satisfies FileSystemType[]) {
  test(`the power is cut ${CUTS} times in a first run to ${type}: no snapshot is listed that is not whole, and the next run mends the mirror`, async (t) => {
    const source = join(temporaryFolder(t), "source");
    makeSource(source);
    // The disk's image lies on a file system that copies a file at one instant: what had been written to it by then.
    const shelf = makeFileSystem(t, "xfs", { mebibytes: 3000 });
    const disk = join(shelf.path, "disk");
    mkdirSync(disk);
    shell(shelf.path, `truncate --size 320M empty.image; mkfs.${type} -q empty.image`);
    await settle();
    let partial = 0;
    for (let cut = 0; cut < CUTS; cut += 1) {
      const [live, after] = [`live-${cut}.image`, `cut-${cut}.image`];
      shell(shelf.path, `cp --reflink=always empty.image ${live}`);
      await onDisk(live, async (scene) => {
        mkdirSync(scene.store);
        const child = startBakup(backupArguments(scene, ["-b", "-s"]), { env: stateOf(scene) });
        // Two of three times within the mirror, else within its snapshot. By then half of it is on the disk for sure, and what came last is on its way.
        const wanted = (1.5 * FILES * (cut + Math.random())) / CUTS;
        await workUntil(child.pid, () => countFiles(scene.store) >= wanted / 2);
        run("sync", ["--file-system", disk]);
        await workUntil(child.pid, () => countFiles(scene.store) >= wanted);
        shell(shelf.path, `cp --reflink=always ${live} ${after}`);
        killTree(child.pid);
        await child.ended;
      });
      await onDisk(after, async (scene) => {
        mkdirSync(scene.store, { recursive: true });
        const present = countFiles(scene.store, "latest/*");
        partial += present > 0 && present < FILES ? 1 : 0;
        check(scene, `cut ${cut}`);
        await nextSecond();
        const { code, stderr } = await backUp(scene, { options: ["-b", "-s"] });
        assert.equal(code, 0, stderr);
        assert.deepEqual(compareTrees(source, join(scene.store, "latest")), [], `after cut ${cut}`);
        assert.ok(check(scene, `after cut ${cut}`) > 0);
      });
      shell(shelf.path, `rm ${live} ${after}`);
    }
    countCases(t, CUTS, `${partial} of them with a part of the mirror on the disk`);
    assert.ok(partial > CUTS / 3, `only ${partial} of ${CUTS} cuts left a part of the mirror`);

    async function onDisk(image: string, work: (scene: Scene) => Promise<void>): Promise<void> {
      // What the machine remembers of the disk is lost with it: else the next run would refuse one that is no store yet.
      const scene = { top: join(shelf.top, image), source, store: join(disk, "store"), expected: "" };
      await whileMounted({ type, image: join(shelf.path, image), on: disk }, () => work(scene));
    }

    /** Each snapshot that is listed is the source. Says how many there are. */
    function check({ store }: Scene, when: string): number {
      const snapshots = readdirSync(store).filter((name) => /^\d/.test(name));
      for (const name of snapshots) {
        assert.deepEqual(compareTrees(source, join(store, name)), [], `${name} ${when}`);
      }
      return snapshots.length;
    }
  });
}

/** Small files in many folders, of random bytes: what is lost cannot look like what was there. */
function makeSource(source: string): void {
  for (let index = 0; index < FILES; index += 1) {
    const folder = join(source, `${index % 20}`, `${index % 200}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${index}`), randomBytes(1 + ((index * 37) % 9000)), {
      mode: index % 3 === 0 ? 0o640 : 0o755,
    });
  }
}

function countFiles(store: string, path = "*"): number {
  return Number(shell(store, `find . -path './${path}' -type f | wc -l`));
}
