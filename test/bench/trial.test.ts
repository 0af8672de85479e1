import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FILE_SYSTEMS, type FileSystemType, mountImage } from "./image.ts";
import { readOptions } from "./options.ts";
import type { Program } from "./programs/program.ts";
import { copyLinks, plainRsync } from "./programs/rsync-ways.ts";
import { readReports, type Trial, writeReport } from "./report.ts";
import { runTrial } from "./trial.ts";
import { WORK } from "./works.ts";

const signal = new AbortController().signal;

test("a trial measures every work of every program, and puts out only what fails", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "bakup-bench-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const broken: Program = {
    ...copyLinks,
    name: "broken",
    prepare: async (places) => ({
      ...(await copyLinks.prepare(places, signal)),
      nextRun: () => ({ file: "sh", args: ["-c", "echo no room >&2; exit 3"] }),
    }),
  };
  // Other tests would find the caches empty.
  const options = readOptions(["--rounds", "1", "--skip", "start-up", "--skip", "cold"], []);
  assert.ok(options);
  const seen: Trial[] = [];
  const programs = [broken, copyLinks, plainRsync];
  const onFigures = (trial: Trial) => seen.push(structuredClone(trial));
  await runTrial(options, { files: 100, folder, programs, missing: [], signal, onFigures });
  const last = seen.at(-1);
  assert.ok(last);
  const samplesOf = (program: string) =>
    Object.fromEntries(
      last.figures
        .filter((figure) => figure.program === program && figure.samples.length > 0)
        .map(({ work, samples }) => [work, samples.length]),
    );
  const three = { [WORK.steady]: 3, [WORK.steadyChanged]: 3, [WORK.steadyBehind]: 3 };
  assert.deepEqual(samplesOf("cp-al"), {
    ...Object.fromEntries(
      [WORK.first, WORK.unrotated, WORK.unchanged, WORK.changed, WORK.restoreFile, WORK.restoreAll].map((work) => [
        work,
        1,
      ]),
    ),
    ...{ [WORK.snapshot]: 1, [WORK.rotation]: 1, [WORK.deletion]: 1 },
    ...{ ...three, [WORK.steadyWhole]: 3, [WORK.steadyWholeChanged]: 3 },
  });
  assert.deepEqual(samplesOf("rsync"), { [WORK.first]: 1 });
  assert.deepEqual(samplesOf("find"), { [WORK.listing]: 1 });
  assert.deepEqual(samplesOf("broken"), {});
  const troubles = last.figures.flatMap((figure) =>
    figure.troubles.map((trouble) => [figure.program, trouble] as const),
  );
  assert.deepEqual([...new Set(troubles.map(([program]) => program))], ["broken"]);
  assert.match(troubles[0]?.[1] ?? "", /exit code 3:\n.*no room/s);
  assert.deepEqual([seen[0]?.isComplete, last.isComplete], [false, true]);
});

test("results come back from their file as they were, with what could not be measured", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "bakup-bench-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const sample = { wall: 1, cpu: Number.NaN, memory: 3, written: Number.NaN };
  const trial: Trial = {
    files: 100,
    fileSystem: "ext4",
    seed: 1,
    machine: {},
    programs: {},
    missing: [],
    isComplete: false,
    figures: [{ part: "runs", work: "w", program: "p", samples: [sample], troubles: [] }],
  };
  const file = join(folder, "results.json");
  writeReport(file, { trials: [trial] });
  assert.deepEqual(readReports([file, file]), { trials: [trial, trial] });
  assert.deepEqual(readdirSync(folder), ["results.json"]);
});

for (const type of Object.keys(FILE_SYSTEMS) as FileSystemType[]) {
  test(`a file system is made for a trial, and goes away after it: ${type}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "bakup-bench-test-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const image = await mountImage(folder, { type, files: 100, copies: 3, signal });
    const mounted = () =>
      readFileSync("/proc/self/mounts", "utf8")
        .split("\n")
        .find((line) => line.split(" ")[1] === image.path);
    assert.equal(mounted()?.split(" ")[2], type);
    await image.remove();
    assert.equal(mounted(), undefined);
    assert.ok(!readdirSync(folder).some((name) => name.endsWith(".image")));
    assert.ok(existsSync(folder));
  });
}
