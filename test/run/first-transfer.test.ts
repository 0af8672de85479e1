import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { compareTrees } from "../store/compare-trees.ts";
import { temporaryFolder } from "../store/make-store.ts";
import { isRoot } from "../store/make-tree.ts";
import { settle } from "../transfer/settle.ts";
import { nextSecond, startBakup } from "./child.ts";

const FILES = 300;

/** All that may happen to a file between its copy and rsync's walk. */
const CHANGES = `
echo "edited, longer than before" > 1; printf %s NEW > 2; touch -d 2001-02-03 2
rm 3; ln -sf 5 4; rm 6; mkdir 6; echo inside > 6/file; mv 7 8; ln 9 of-9; chmod 600 10; setfattr -n user.x -v y 11
rm -r folder/sub; mkdir new; cp -p 12 new/12; rm 13; cp -p 12 13; head -c 300000 /dev/urandom > 14; truncate -s 9 15`;

test("what changes in the source after it was copied ahead of rsync is as it is then, in the mirror and in the manifest", async (t) => {
  const { source, store, before, backUp, bakup } = await makePlaces(t);
  const { code, stderr } = await backUp(before(`cd "$SOURCE"; ${CHANGES}`));
  assert.equal(code, 0, stderr);
  // Another file of the same size and time, and what gets nothing but an attribute, are what they were when they were
  // copied, until the next run.
  const differences = compareTrees(source, join(store, "latest"));
  assert.deepEqual(
    differences.filter((line) => !/^(content b'.\/13'|xattrs b'.\/11') /.test(line)),
    [],
  );
  assert.deepEqual(await bakup("verify", "--store", store), 0);
  await nextSecond();
  assert.equal((await backUp({})).code, 0);
  assert.deepEqual(compareTrees(source, join(store, "latest")), []);
  assert.deepEqual(await bakup("verify", "--store", store), 0);
});

/** What may be given an attribute, and how. */
const GIVEN = [
  ["a small file", "setfattr -n user.x -v y folder/50"],
  ["a large file", "setfacl -m u:12345:r large"],
  ["a folder", "setfacl -d -m u:12345:rx folder/sub"],
  ["the source itself", "setfattr -n user.x -v y ."],
  ["a file with two names", "setfattr -n user.x -v y linked"],
  ["a pipe", "setfacl -m u:12345:r pipe"],
  ...(isRoot ? [["a link", "setfattr -h -n trusted.x -v y link"] as const] : []),
] as const;

test("rsync asks for ACLs and attributes in a first run where anything has some, whatever it is", async (t) => {
  for (const [what, command] of [["nothing", ":"] as const, ...GIVEN]) {
    const { source, store, before, backUp, calls } = await makePlaces(t, `${SPECIAL}; ${command}`);
    const { code, stderr } = await backUp(before(":"));
    assert.equal(code, 0, stderr);
    assert.deepEqual(compareTrees(source, join(store, "latest")), [], what);
    assert.deepEqual(calls().map(asksForAttributes), [what !== "nothing"], what);
  }
});

test("where the mirror's top has what new files inherit, rsync takes it away", async (t) => {
  const { source, store, before, backUp } = await makePlaces(t);
  mkdirSync(join(store, "latest"));
  execFileSync("setfacl", ["-d", "-m", "u:12345:rwx", join(store, "latest")]);
  assert.equal((await backUp(before(":"))).code, 0);
  assert.deepEqual(compareTrees(source, join(store, "latest")), []);
});

test("ACLs and attributes that come with other changes while a first run works have rsync walk once more", async (t) => {
  for (const change of [
    "setfacl -m u:12345:rwx 21",
    "echo new > new; setfacl -m u:12345:- new; setfattr -n user.x -v y 21",
    "mkdir new; setfacl -d -m u:12345:rx new; echo inside > new/file",
    "setfattr -n user.x -v y folder",
  ]) {
    const { source, store, before, backUp, bakup, calls } = await makePlaces(t);
    const { code, stderr } = await backUp(before(`set -e; cd "$SOURCE"; ${change}`));
    assert.equal(code, 0, stderr);
    assert.deepEqual(compareTrees(source, join(store, "latest")), [], change);
    assert.deepEqual(calls().map(asksForAttributes), [false, true], change);
    assert.equal(await bakup("verify", "--store", store), 0);
  }
});

test("a source that loses everything while it is copied ends the run, and what was copied stays until it is back", async (t) => {
  const { source, store, before, backUp } = await makePlaces(t);
  const { code, stderr } = await backUp(before(`mv "$SOURCE" "$SOURCE.away"; mkdir "$SOURCE"`));
  assert.equal(code, 5, stderr);
  assert.match(stderr, /is its disk mounted/);
  assert.deepEqual(snapshotsIn(store), []);
  assert.ok(readdirSync(join(store, "latest")).length > 0);
  execFileSync("sh", ["-c", 'rmdir "$1"; mv "$1.away" "$1"', "sh", source]);
  await nextSecond();
  assert.equal((await backUp({})).code, 0);
  assert.deepEqual(compareTrees(source, join(store, "latest")), []);
  assert.equal(snapshotsIn(store).length, 1);
});

test("one that asks for an I/O class has everything copied by rsync, which keeps to it", async (t) => {
  const { source, store, before, backUp } = await makePlaces(t);
  const seen = join(store, "..", "seen");
  const { code, stderr } = await backUp(before(`find "$STORE/latest" | wc -l > "${seen}"`), ["--ionice", "idle"]);
  assert.equal(code, 0, stderr);
  assert.equal(execFileSync("cat", [seen], { encoding: "utf8" }).trim(), "1");
  assert.deepEqual(compareTrees(source, join(store, "latest")), []);
});

/** All that is not copied ahead of rsync. */
const SPECIAL =
  "head -c 300000 /dev/urandom > large; echo two names > linked; ln linked folder/linked; ln -s 1 link; mkfifo pipe";

function asksForAttributes(call: string): boolean {
  return call.includes("--acls") && call.includes("--xattrs");
}

/** A source of small files that has settled, and what a piece of shell makes in it, and ways to back it up. */
async function makePlaces(t: TestContext, more = ":") {
  const top = temporaryFolder(t);
  const [source, store, bin] = ["source", "store", "bin"].map((name) => join(top, name)) as [string, string, string];
  for (const folder of [join(source, "folder/sub"), store, bin]) {
    mkdirSync(folder, { recursive: true });
  }
  for (let index = 0; index < FILES; index += 1) {
    writeFileSync(
      join(source, index % 3 === 0 ? "" : "folder", index % 30 === 1 ? "sub" : "", `${index}`),
      `contents of ${index}`,
    );
  }
  for (let index = 1; index < 16; index += 1) {
    writeFileSync(join(source, `${index}`), `contents of ${index}`);
    // The twelfth and the next one have the same.
    utimesSync(join(source, `${index}`), index, index === 13 ? 12 : index);
  }
  execFileSync("sh", ["-c", more], { cwd: source });
  await settle();
  const state = { STATE_DIRECTORY: join(top, "state") };
  const called = join(top, "called");
  return {
    source,
    store,
    /** The arguments of each rsync that filled the mirror since. */
    calls: () => readFileSync(called, "utf8").trimEnd().split("\n"),
    /** The environment in which a piece of shell is run once, before the rsync that fills the mirror. */
    before: (script: string): NodeJS.ProcessEnv => {
      const rsync = execFileSync("sh", ["-c", "command -v rsync"], { encoding: "utf8" }).trim();
      const once = `[ -e "$0.done" ] || { : > "$0.done"; (${script}\n) > /dev/null 2>&1; }`;
      const wrapper = `#!/bin/sh\nSOURCE='${source}' STORE='${store}'\ncase "$*" in *latest/*) echo "$*" >> '${called}'; ${once};; esac\nexec '${rsync}' "$@"\n`;
      writeFileSync(join(bin, "rsync"), wrapper, { mode: 0o755 });
      return { PATH: `${bin}:${process.env.PATH}` };
    },
    backUp: (env: NodeJS.ProcessEnv, options: readonly string[] = []) => {
      const args = ["backup", "-b", "-s", "--disable-notifications", "--log-format", "human", ...options];
      return startBakup([...args, source, join(store, "latest")], { env: { ...state, ...env } }).ended;
    },
    bakup: async (...args: string[]) => (await startBakup(args, { env: state }).ended).code,
  };
}

function snapshotsIn(store: string): string[] {
  return readdirSync(store).filter((name) => /^\d/.test(name));
}
