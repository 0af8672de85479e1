import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { compareTrees } from "../store/compare-trees.ts";
import { temporaryFolder } from "../store/make-store.ts";
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
  // Another file of the same size and time: it is what it was when it was copied, until the next run.
  const differences = compareTrees(source, join(store, "latest"));
  assert.deepEqual(
    differences.filter((line) => !line.startsWith("content b'./13' ")),
    [],
  );
  assert.deepEqual(await bakup("verify", "--store", store), 0);
  await nextSecond();
  assert.equal((await backUp({})).code, 0);
  assert.deepEqual(compareTrees(source, join(store, "latest")), []);
  assert.deepEqual(await bakup("verify", "--store", store), 0);
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

/** A source of small files that has settled, and ways to back it up. */
async function makePlaces(t: TestContext) {
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
  await settle();
  const state = { STATE_DIRECTORY: join(top, "state") };
  return {
    source,
    store,
    /** The environment in which a piece of shell is run once, before the rsync that fills the mirror. */
    before: (script: string): NodeJS.ProcessEnv => {
      const rsync = execFileSync("sh", ["-c", "command -v rsync"], { encoding: "utf8" }).trim();
      const once = `[ -e "$0.done" ] || { : > "$0.done"; (${script}\n) > /dev/null 2>&1; }`;
      const wrapper = `#!/bin/sh\nSOURCE='${source}' STORE='${store}'\ncase "$*" in *latest/*) ${once};; esac\nexec '${rsync}' "$@"\n`;
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
