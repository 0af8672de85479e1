import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startBakup } from "../run/child.ts";
import { makePlace, type Place } from "../run/make-job.ts";
import { recordingCallback } from "../run/record-callback.ts";
import { makeTree } from "../store/make-tree.ts";
import { shell } from "./file-system.ts";

/** bakup keeps its locks in one place of the machine: while the test runs, that is a folder of ours. */
const OWN_RUNTIME = [
  "unshare",
  "--mount",
  "sh",
  "-c",
  'mkdir -p /run/bakup && mount --bind "$RUNTIME" /run/bakup && exec "$@"',
  "sh",
];

function prepare(t: TestContext) {
  const place = makePlace(t);
  mkdirSync(join(place.source, "tree"));
  makeTree(join(place.source, "tree"));
  const runtime = join(place.top, "runtime");
  mkdirSync(runtime);
  const { callback, calls } = recordingCallback(place.top);
  const config = join(place.top, "bakup.conf");
  writeFileSync(
    config,
    `[profile]
id = 7
name = laptop
[source]
path = ${place.source}
[destination]
location = ${place.mirror}
[rotation]
minutely = 1
[schedule]
timer_arg[] = 20h
timer_arg[] = always
[callback]
path = ${callback.path}
`,
  );
  const bakup = async (...args: string[]) => {
    const end = await startBakup([...args, "--log-format", "human"], { env: { RUNTIME: runtime }, before: OWN_RUNTIME })
      .ended;
    assert.equal(end.code, 0, end.stderr);
    return end.stderr;
  };
  const commands: Readonly<Record<string, string[]>> = {
    "bakup run --dry-run": ["run", "--dry-run", "--config", config],
    "bakup run --timed --dry-run": ["run", "--timed", "--dry-run", "--config", config],
    "bakup backup --dry-run": ["backup", "--dry-run", place.source, place.mirror],
    "bakup backup --dry-run --snapshot --rotate": ["backup", "-n", "-s", "-r", place.mirror],
  };
  return { place, bakup, commands, config, calls };
}

/** Every entry below a folder with all that the system knows of it but the time of the last look. */
function listing({ top }: Place): string {
  return shell(top, "find . -printf '%P %i %n %m %U:%G %s %b %l T%T@ C%C@\\n' | sort");
}

test("a dry run changes nothing: no file, no time, no lock, no callback", async (t) => {
  const { place, bakup, commands, config, calls } = prepare(t);
  await bakup("run", "--config", config);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await bakup("run", "--config", config);
  writeFileSync(join(place.source, "file"), "changed\n");
  writeFileSync(join(place.source, "new"), "new\n");
  rmSync(join(place.source, "folder"), { recursive: true });
  const called = calls().length;
  for (const [name, args] of Object.entries(commands)) {
    await t.test(name, async () => {
      const before = listing(place);
      const said = await bakup(...args);
      assert.equal(listing(place), before);
      assert.match(said, /nothing was changed \(dry run\)/);
    });
  }
  assert.equal(calls().length, called);
  const said = await bakup("run", "--dry-run", "--config", config);
  assert.match(said, /to do: 1 new, 1 changed, 2 to delete/);
  assert.match(said, /a snapshot .* would be taken/);
});

test("a dry run with a store that does not exist yet makes none, and tells what a run would copy", async (t) => {
  const { place, bakup, commands } = prepare(t);
  for (const [name, args] of Object.entries(commands).filter(([, args]) => !args.includes("-s"))) {
    await t.test(name, async () => {
      const before = listing(place);
      assert.match(await bakup(...args), /to do: \d+ new, 0 changed, 0 to delete/);
      assert.equal(listing(place), before);
      assert.equal(existsSync(place.store), false);
    });
  }
});

test("a dry run says that the folder for the store is missing, as a run does", async (t) => {
  const { place, config } = prepare(t);
  const above = join(place.top, "missing");
  writeFileSync(config, readFileSync(config, "utf8").replace(place.mirror, join(above, "store/latest")));
  const { code, stderr } = await startBakup(["run", "--dry-run", "--config", config], {}).ended;
  assert.equal(code, 3, stderr);
  assert.match(stderr, /there is no folder \S+\/missing to make the snapshots folder/);
  assert.equal(existsSync(above), false);
});

test("a dry run in a folder that is no store yet does not make one of it", async (t) => {
  const { place, bakup, commands } = prepare(t);
  mkdirSync(place.store);
  const before = listing(place);
  await bakup(...(commands["bakup run --dry-run"] ?? []));
  assert.equal(listing(place), before);
});

test("a dry run leaves what an interrupted run has left behind", async (t) => {
  const { place, bakup, commands, config } = prepare(t);
  await bakup("run", "--config", config);
  mkdirSync(join(place.store, ".bakup/new/2026-03-01T12-00-00Z"));
  mkdirSync(join(place.store, ".bakup/trash/2026-02-01T12-00-00Z"));
  const before = listing(place);
  await bakup(...(commands["bakup backup --dry-run"] ?? []));
  assert.equal(listing(place), before);
});
