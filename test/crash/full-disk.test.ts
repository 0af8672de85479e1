import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { run, shell } from "../integration/file-system.ts";
import { nextSecond } from "../run/child.ts";
import { countCases } from "../safety/cases.ts";
import { temporaryFolder } from "../store/make-store.ts";
import { backUp, brokenPromises, makeScene } from "./scene.ts";

const LEVELS = 20;
const NEW_FILES = 120;

/** What is used up, the option of tmpfs that limits it, and a shell expression of what is used now. */
const RESOURCES = [
  ["bytes", "size", "echo $(( $(stat -f -c '(%b-%f)*%S' .) ))"],
  ["inodes", "nr_inodes", "echo $(( $(stat -f -c '%c-%d' .) ))"],
] as const;

for (const [what, option, measure] of RESOURCES) {
  test(`a disk with room for 0 to ${LEVELS - 1} parts in ${LEVELS} of a run's ${what}: nothing is lost, and with room the next run ends well`, async (t) => {
    const top = temporaryFolder(t);
    const codes: (number | null)[] = [];
    const made = await makeScene(join(top, "scene"), { newFiles: NEW_FILES });
    for (let level = 0; level < LEVELS; level += 1) {
      const disk = join(top, "disk");
      mkdirSync(disk);
      run("mount", ["-t", "tmpfs", "-o", "size=64M,nr_inodes=10000", "tmpfs", disk]);
      try {
        run("cp", ["-a", made.store, join(disk, "store")]);
        const scene = { ...made, top: join(top, `level-${level}`), store: join(disk, "store") };
        const used = Number(shell(disk, measure));
        const wanted = what === "bytes" ? NEW_FILES * 12_288 : NEW_FILES + 20;
        const limit = used + Math.round((wanted * level) / LEVELS);
        run("mount", ["-o", `remount,${option}=${limit}`, disk]);
        const { code, stderr } = await backUp(scene);
        codes.push(code);
        assert.ok(code === 0 || code === 5, `level ${level}: ${code}: ${stderr}`);
        assert.deepEqual(brokenPromises(scene, { settled: false }), [], `level ${level}`);
        run("mount", ["-o", "remount,size=64M,nr_inodes=10000", disk]);
        await nextSecond();
        const next = await backUp(scene);
        assert.equal(next.code, 0, next.stderr);
        assert.deepEqual(brokenPromises(scene, { settled: true }), [], `level ${level}`);
      } finally {
        run("umount", [disk]);
        rmSync(disk, { recursive: true });
      }
    }
    countCases(t, codes.length);
    assert.ok(codes.filter((code) => code === 5).length > LEVELS / 2, `ended with ${codes}`);
  });
}
