import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { makePlace, type Place } from "./place.ts";

const FIRST = "2026-03-01T02-00-00Z";

async function twoSnapshots(test: TestContext): Promise<Place & { to: string }> {
  const place = makePlace(test);
  place.write("a", "one");
  place.write("sub/b", "b");
  await place.backUp("2026-03-01T02:00:00Z");
  place.write("a", "longer");
  await place.backUp("2026-03-02T02:00:00Z");
  return { ...place, to: join(place.folder, "restored") };
}

const read = (...path: string[]) => readFileSync(join(...path), "utf8");

test("restore without paths brings everything of the latest complete snapshot", async (context) => {
  const { bakup, to } = await twoSnapshots(context);
  const { code, stdout } = await bakup("restore", "box", "--to", to);
  assert.equal(code, 0);
  assert.match(stdout, /^restore from 2026-03-02T02-00-00Z of box to .*\n {2}new: 4\n/);
  assert.deepEqual([read(to, "a"), read(to, "sub/b")], ["longer", "b"]);
});

test("restore takes paths of the source and relative ones, from the snapshot that is named", async (context) => {
  const { json, source, to } = await twoSnapshots(context);
  const report = await json("restore", "box", "--snapshot", FIRST, join(source, "a"), "sub/b", "--to", to);
  assert.deepEqual([report.snapshot, report.applied, report.target], [FIRST, true, to]);
  assert.deepEqual(
    report.create.map(({ path, bytes }: { path: string; bytes: number }) => [path, bytes]),
    [
      ["sub", 0],
      ["a", 3],
      ["sub/b", 1],
    ],
  );
  assert.equal(read(to, "a"), "one");
});

test("restore --dry-run shows the plan and changes nothing, with the store named by its folder", async (context) => {
  const { json, bakup, store, to } = await twoSnapshots(context);
  const report = await json("restore", "--store", store, "a", "--to", to, "--dry-run");
  assert.deepEqual([report.applied, report.profile, report.create.length], [false, null, 1]);
  assert.match((await bakup("restore", "--store", store, "a", "--to", to, "-n")).stdout, / {2}new: 1\n {4}a\n/);
  assert.equal(existsSync(to), false);
});

test("what exists and differs is left as it is, reported, and exit code 6", async (context) => {
  const { bakup, to } = await twoSnapshots(context);
  mkdirSync(to);
  writeFileSync(join(to, "a"), "mine");
  const { code, stdout, stderr } = await bakup("restore", "box", "--to", to);
  assert.equal(code, 6);
  assert.match(stdout, /differs, left as it is: 1\n {4}a \(content\)/);
  assert.match(stderr, /1 path differed and stayed/);
  assert.deepEqual([read(to, "a"), read(to, "sub/b")], ["mine", "b"]);
});

test("overwriting and deleting off a terminal needs --yes, shows the plan all the same, and keeps the old", async (context) => {
  const { bakup, json, to } = await twoSnapshots(context);
  mkdirSync(to);
  writeFileSync(join(to, "a"), "mine");
  writeFileSync(join(to, "extra"), "extra");
  const refused = await bakup("restore", "box", "--to", to, "--overwrite", "--delete");
  assert.equal(refused.code, 64);
  assert.match(refused.stdout, /overwrite: .*\n[\s\S]*a \(content\)[\s\S]*delete: 1\n {4}extra\n/);
  assert.match(refused.stderr, /there is no terminal to ask on/);
  assert.deepEqual([read(to, "a"), readdirSync(to).length], ["mine", 2]);
  const { replaced } = await json("restore", "box", "--to", to, "--overwrite", "--delete", "--yes");
  assert.deepEqual([read(to, "a"), existsSync(join(to, "extra"))], ["longer", false]);
  assert.deepEqual([read(replaced, "a"), read(replaced, "extra")], ["mine", "extra"]);
});

test("on a terminal a no restores nothing and a yes goes on", async (context) => {
  const { folder, to } = await twoSnapshots(context);
  mkdirSync(to);
  writeFileSync(join(to, "a"), "mine");
  const config = join(folder, "bakup.conf");
  const command = `${process.execPath} --import tsx src/bin/bakup.ts restore box --config ${config} --to ${to} --overwrite`;
  const answer = (text: string) =>
    spawnSync("script", ["--quiet", "--return", "--command", command, "/dev/null"], { input: text, encoding: "utf8" });
  const no = answer("n\n");
  if (no.error !== undefined) {
    context.skip("script(1) is not installed");
    return;
  }
  assert.match(no.stdout, /would be overwritten and 0 deleted\. Go on\? \[y\/N\]/);
  assert.deepEqual([no.status, read(to, "a")], [5, "mine"]);
  assert.deepEqual([answer("y\n").status, read(to, "a")], [0, "longer"]);
});

test("a name that is not UTF-8 is restored when the shell passes its bytes", async (context) => {
  const place = makePlace(context);
  const name = Buffer.concat([Buffer.from(`${place.source}/n`), Buffer.from([0xff])]);
  writeFileSync(name, "bytes");
  place.write("other", "o");
  await place.backUp("2026-03-01T02:00:00Z");
  const to = join(place.folder, "restored");
  const config = join(place.folder, "bakup.conf");
  const script = `exec ${process.execPath} --import tsx src/bin/bakup.ts restore box "$(printf 'n\\377')" --json --config ${config} --to ${to}`;
  const { stdout, stderr, status } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  assert.deepEqual(JSON.parse(stdout).create[0], { path: "n\uFFFD", pathBase64: "bv8=", directory: false, bytes: 5 });
  assert.deepEqual(readdirSync(to, { encoding: "buffer" }), [Buffer.from([0x6e, 0xff])]);
});

test("restore refuses to write into the store, and a path that no snapshot has", async (context) => {
  const { bakup, store, to } = await twoSnapshots(context);
  assert.equal((await bakup("restore", "box", "--to", join(store, "x"))).code, 5);
  const { code, stderr } = await bakup("restore", "box", "nothing", "--to", to);
  assert.equal(code, 5);
  assert.match(stderr, /does not have "nothing"/);
  assert.equal((await bakup("restore", "box")).code, 64);
});

test("without a complete snapshot restore asks for one by name", async (context) => {
  const { bakup, store, to } = await twoSnapshots(context);
  for (const name of readdirSync(join(store, ".bakup")).filter((each) => each.startsWith("2026"))) {
    const record = join(store, ".bakup", name);
    writeFileSync(record, readFileSync(record, "utf8").replace('"complete"', '"incomplete"'));
  }
  const { code, stderr } = await bakup("restore", "box", "--to", to);
  assert.deepEqual([code, /name one with --snapshot/.test(stderr)], [5, true]);
  rmSync(to, { recursive: true, force: true });
  assert.equal((await bakup("restore", "box", "--snapshot", FIRST, "--to", to)).code, 0);
});
