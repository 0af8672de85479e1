import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type FileSystemType, makeFileSystem, run, shell } from "../integration/file-system.ts";
import { killTree } from "../integration/processes.ts";
import { nextSecond, startBakup } from "../run/child.ts";
import { countCases } from "../safety/cases.ts";
import { whileMounted } from "./mounted.ts";
import { backUp, backupArguments, brokenPromises, makeScene, type Scene, stateOf } from "./scene.ts";

const CUTS = Number(process.env.BAKUP_TEST_CUTS ?? 10);
const RUN_MS = 900;

for (const type of ["ext4", "xfs", "btrfs"] as const satisfies FileSystemType[]) {
  test(`the power is cut ${CUTS} times while a run works on ${type}: what is listed is whole, and the next run ends well`, async (t) => {
    // The disk's image lies on a file system that copies a file at one instant: what had been written to it by then.
    const shelf = makeFileSystem(t, "xfs", { mebibytes: 3000 });
    const made = await makeScene(join(shelf.top, "scene"));
    const disk = join(shelf.path, "disk");
    mkdirSync(disk);
    shell(shelf.path, `truncate --size 320M full.image; mkfs.${type} -q full.image`);
    await onDisk("full.image", async (scene) => {
      run("cp", ["-a", made.store, scene.store]);
    });
    let inTime = 0;
    for (let cut = 0; cut < CUTS; cut += 1) {
      // New names each time: a test beside this one may have taken a copy of the mounts into a namespace of its own.
      const [live, after] = [`live-${cut}.image`, `cut-${cut}.image`];
      shell(shelf.path, `cp --reflink=always full.image ${live}`);
      await nextSecond();
      await onDisk(live, async (scene) => {
        const child = startBakup(backupArguments(scene), { env: stateOf(scene) });
        await sleep((RUN_MS * (cut + Math.random())) / CUTS);
        shell(shelf.path, `cp --reflink=always ${live} ${after}`);
        inTime += child.process.exitCode === null ? 1 : 0;
        killTree(child.pid);
        await child.ended;
      });
      await onDisk(after, async (scene) => {
        assert.deepEqual(brokenPromises(scene, { settled: false }), [], `cut ${cut}`);
        await nextSecond();
        const { code, stderr } = await backUp(scene);
        assert.equal(code, 0, stderr);
        assert.deepEqual(brokenPromises(scene, { settled: true }), [], `after cut ${cut}`);
      });
      shell(shelf.path, `rm ${live} ${after}`);
    }
    countCases(t, CUTS, `${inTime} of them while the run worked`);
    assert.ok(inTime > CUTS / 4, `only ${inTime} of ${CUTS} cuts came while the run worked`);

    async function onDisk(image: string, work: (scene: Scene) => Promise<void>): Promise<void> {
      const scene = { ...made, store: join(disk, "store") };
      await whileMounted({ type, image: join(shelf.path, image), on: disk }, () => work(scene));
    }
  });
}
