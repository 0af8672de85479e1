import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { run, shell } from "../../integration/file-system.ts";
import { killTree, workUntil } from "../../integration/processes.ts";
import { startBakup } from "../../run/child.ts";
import { countCases } from "../../safety/cases.ts";
import { compareTrees } from "../compare-trees.ts";
import { temporaryFolder } from "../make-store.ts";
import { isRoot } from "../make-tree.ts";

const DIST = fileURLToPath(new URL("../../../dist", import.meta.url));
const FILES = 900;
const KILLS = 8;
const LEVELS = 8;

/** All that is not copied by threads of our own. */
const SPECIAL = `head -c 300000 /dev/urandom > large; truncate -s 50000 holes; echo two names > linked
  ln linked folder/linked; ln -s 1 link; mkfifo pipe; mkdir empty; chmod 2751 folder; chmod 555 folder/3`;

/** What may have an attribute, and how. */
const GIVEN = [
  ["a small file", "setfattr -n user.x -v y folder/4/4"],
  ["a large file", "setfacl -m u:12345:r large"],
  ["a folder", "setfacl -d -m u:12345:rx folder/5"],
  ["an empty folder", "setfattr -n user.x -v y empty"],
  ["a file with two names", "setfattr -n user.x -v y linked"],
  ["a pipe", "setfacl -m u:12345:r pipe"],
  ["the top", "setfattr -n user.x -v y ."],
  ...(isRoot ? [["a link", "setfattr -h -n trusted.x -v y link"] as const] : []),
] as const;

test("a restore is the snapshot, and asks for ACLs and attributes where anything has some, whatever it is", async (t) => {
  for (const [what, command] of [["nothing", ":"] as const, ...GIVEN]) {
    const { snapshot, target, restore, walks } = await makePlaces(t, command);
    const { code, stderr } = await restore();
    assert.equal(code, 0, stderr);
    assert.deepEqual(compareTrees(snapshot, target), [], what);
    // What has two names comes by a call of its own.
    assert.deepEqual(walks(), [!["nothing", "a file with two names"].includes(what)], what);
  }
});

test("what new files inherit in the target, rsync takes away", async (t) => {
  const { snapshot, target, restore } = await makePlaces(t);
  mkdirSync(join(target, "folder"), { recursive: true });
  run("setfacl", ["-d", "-m", "u:12345:rwx", join(target, "folder")]);
  assert.equal((await restore("folder/1", "folder/2")).code, 0);
  for (const name of ["folder/1", "folder/2"]) {
    assert.deepEqual(compareTrees(join(snapshot, name), join(target, name)), []);
  }
  rmSync(target, { recursive: true });
  mkdirSync(target);
  run("setfacl", ["-d", "-m", "u:12345:rwx", target]);
  assert.equal((await restore()).code, 0);
  assert.deepEqual(
    compareTrees(snapshot, target).filter((line) => !line.includes("b'.'")),
    [],
  );
});

test(`a restore is killed ${KILLS} times in the middle: what is there is whole, and the next one ends well`, async (t) => {
  const { snapshot, target, store, state, restore } = await makePlaces(t);
  const whole = countFiles(snapshot);
  for (let kill = 0; kill < KILLS; kill += 1) {
    const wanted = (whole * (kill + Math.random())) / KILLS;
    const child = startBakup(["restore", "--store", store, "--to", target], { env: state });
    await workUntil(child.pid, () => existsSync(target) && countFiles(target) >= wanted);
    killTree(child.pid);
    await child.ended;
    removeTemporary(target);
    const differences = compareTrees(snapshot, target).filter((line) => !isMissing(line) && !isOfFolder(line));
    assert.deepEqual(differences, [], `kill ${kill}`);
    const next = await restore();
    assert.equal(next.code, 0, next.stderr);
    // Times of folders that were done stay what they are, unless asked for.
    assert.equal((await restore("--overwrite", "--yes")).code, 0);
    for (const name of readdirSync(target).filter((each) => each.startsWith(".bakup-replaced"))) {
      rmSync(join(target, name), { recursive: true });
    }
    assert.equal((await restore("--overwrite", "--yes")).code, 0);
    assert.deepEqual(compareTrees(snapshot, target), [], `after kill ${kill}`);
    rmSync(target, { recursive: true });
  }
  countCases(t, KILLS);
});

test("a disk that is full ends a restore, with whole files on it; with room the next one ends well", async (t) => {
  if (!isRoot) {
    t.skip("only root may mount");
    return;
  }
  const { snapshot, target, restore } = await makePlaces(t);
  mkdirSync(target);
  for (let level = 1; level < LEVELS; level += 1) {
    run("mount", ["-t", "tmpfs", "-o", `size=${level * 500}k`, "tmpfs", target]);
    try {
      const { code, stderr } = await restore();
      assert.equal(code, 5, stderr);
      assert.match(stderr, /No space left on device/);
      const differences = compareTrees(snapshot, target).filter((line) => !isMissing(line) && !isOfFolder(line));
      assert.deepEqual(differences, [], `level ${level}`);
      run("mount", ["-o", "remount,size=64M", target]);
      const next = await restore();
      assert.equal(next.code, 0, next.stderr);
      assert.deepEqual(
        compareTrees(snapshot, target).filter((line) => !isOfFolder(line)),
        [],
        `level ${level}`,
      );
    } finally {
      run("umount", [target]);
    }
  }
});

test("an ordinary user gets folders back that not even their owner may write", { skip: !isRoot }, async (t) => {
  const top = temporaryFolder(t);
  const [home, program] = [join(top, "home"), join(top, "dist")];
  shell(
    top,
    `chmod 755 .; mkdir -p home/source/shut/deep/er home/store; cd home/source; echo a > a; echo b > shut/b
     echo c > shut/deep/er/c; head -c 300000 /dev/urandom > shut/deep/large; ln a shut/deep/a
     chown -R 65534:65534 ..; chmod 555 shut shut/deep shut/deep/er; cp -r "${DIST}" "${program}"`,
  );
  const user = ["--reuid=65534", "--regid=65534", "--clear-groups", "--", "env", `HOME=${home}`];
  const bakup = (...args: string[]) =>
    run("setpriv", [...user, `STATE_DIRECTORY=${home}/state`, process.execPath, join(program, "bakup.cjs"), ...args]);
  const [source, store] = [join(home, "source"), join(home, "store")];
  bakup("backup", "-b", "-s", "--no-sudo", "--disable-notifications", source, join(store, "latest"));
  bakup("restore", "--store", store, "--to", join(home, "all"));
  assert.deepEqual(compareTrees(source, join(home, "all")), []);
  bakup("restore", "--store", store, "shut/deep/er", "--to", join(home, "part"));
  for (const name of ["shut/deep/er", "shut/deep", "shut"]) {
    const [was, is] = [source, join(home, "part")].map((tree) => statSync(join(tree, name), { bigint: true }));
    assert.deepEqual([name, is?.mode, is?.mtimeNs], [name, was?.mode, was?.mtimeNs]);
  }
  assert.equal(readFileSync(join(home, "part/shut/deep/er/c"), "utf8"), "c\n");
});

function countFiles(folder: string): number {
  return Number(shell(folder, "find . -type f | wc -l"));
}

/** What was not finished. */
function removeTemporary(target: string): void {
  if (existsSync(target)) {
    shell(target, "find . -type f -name '.*.??????' -delete; find . -type d -name '.bakup-new-*' -delete");
  }
}

function isMissing(line: string): boolean {
  return line.startsWith("only in first");
}

/** Its time, which is set at the end; the target's own attributes stay. */
function isOfFolder(line: string): boolean {
  return /^mtime b'(\.|\.\/folder|\.\/folder\/\d+|\.\/empty)' |^mode b'\.' /.test(line);
}

/** A snapshot of some small files and all that is special, and what a piece of shell makes of it. */
async function makePlaces(t: TestContext, more = ":") {
  const top = temporaryFolder(t);
  const [source, store, bin] = ["source", "store", "bin"].map((name) => join(top, name)) as [string, string, string];
  mkdirSync(store);
  mkdirSync(bin);
  for (let index = 0; index < FILES; index += 1) {
    const folder = join(source, "folder", `${index % 30}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${index}`), `contents of ${index} `.repeat(index % 300));
  }
  execFileSync("sh", ["-c", `${SPECIAL}; ${more}`], { cwd: source });
  const state = { STATE_DIRECTORY: join(top, "state") };
  const quiet = ["--disable-notifications", "--log-format", "human"];
  const made = await startBakup(["backup", "-b", "-s", ...quiet, source, join(store, "latest")], { env: state }).ended;
  assert.equal(made.code, 0, made.stderr);
  const called = join(top, "called");
  const rsync = execFileSync("sh", ["-c", "command -v rsync"], { encoding: "utf8" }).trim();
  const wrapper = `#!/bin/sh\necho "$*" >> '${called}'\nexec '${rsync}' "$@"\n`;
  writeFileSync(join(bin, "rsync"), wrapper, { mode: 0o755 });
  const [name = ""] = readdirSync(store).filter((each) => /^\d/.test(each));
  const target = join(top, "target");
  return {
    store,
    state,
    target,
    snapshot: join(store, name),
    /** Of each walk of rsync's through all that is restored: whether it asked for ACLs and attributes. */
    walks: () => {
      const calls = readFileSync(called, "utf8").trimEnd().split("\n");
      return calls.filter((call) => call.includes("--recursive")).map((call) => /--acls .*--xattrs/.test(call));
    },
    restore: (...words: string[]) =>
      startBakup(["restore", "--store", store, ...words, "--to", target], {
        env: { ...state, PATH: `${bin}:${process.env.PATH}` },
      }).ended,
  };
}
