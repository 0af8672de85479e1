import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { compareTrees } from "../store/compare-trees.ts";
import { makeTree } from "../store/make-tree.ts";
import { rsync, temporaryFolder } from "./client.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import { remember, sharedInodes } from "./history.ts";

const MANY = Number(process.env.BAKUP_TEST_FILES ?? 2000);
const EVERYTHING = ["-aHAX", "--sparse", "--numeric-ids", "--delete"];

interface Attack {
  name: string;
  options?: readonly string[];
  prepare?: (source: string) => void;
  /** What the client must be told; by default it succeeds. */
  refused?: RegExp;
  /** The kind of entry that must raise the alarm. */
  alarm?: string;
}

const ATTACKS: readonly Attack[] = [
  { name: "--inplace", options: ["--inplace"], refused: /bakup: refused: --inplace/ },
  { name: "--append", options: ["--append"], refused: /bakup: refused: --append/ },
  { name: "--append-verify", options: ["--append-verify"], refused: /bakup: refused: --append/ },
  { name: "--write-devices", options: ["--write-devices"], refused: /bakup: refused: --(inplace|write-devices)/ },
  { name: "an option only for the far side", options: ["-M--inplace"], refused: /bakup: refused: --inplace/ },
  { name: "a mode for everything", options: ["--chmod=D0711,F0604"] },
  { name: "another owner for everything", options: ["--chown=1234:1234"] },
  { name: "no attributes at all", prepare: stripAttributes },
  {
    name: "a touch of everything",
    prepare: (source) => execFileSync("find", [source, "-exec", "touch", "-h", "{}", "+"]),
  },
  { name: "new contents with the old sizes and times", options: ["--ignore-times"], prepare: rewriteQuietly },
  { name: "links that lead out", options: ["--links"], prepare: linkOut },
  { name: "devices", prepare: makeDevices },
  { name: `${MANY} files`, prepare: makeMany },
  { name: "names that are options, paths and lines", prepare: makeNames },
  { name: "everything deleted", prepare: removeAll, alarm: "uploadSuspect" },
];

test("no snapshot changes by", async (context) => {
  const source = join(temporaryFolder(context), "source");
  const daemon = await startWithHistory(context, source);
  let connections = 2;
  for (const { name, options = [], prepare, refused, alarm } of ATTACKS) {
    await context.test(name, async (attack) => {
      const before = daemon.snapshots("m");
      const errors = daemon.log().filter(isError).length;
      const memory = remember(daemon, "m", temporaryFolder(attack));
      prepare?.(source);
      const answer = await rsync(...EVERYTHING, ...options, `${source}/`, daemon.url("m"));
      connections += 1;
      await daemon.ended(connections);
      assert.deepEqual(memory.differences(), []);
      assert.match(answer.said, refused ?? /^$/);
      const added = daemon.snapshots("m").filter((snapshot) => !before.includes(snapshot));
      assert.equal(added.length, refused === undefined ? 1 : 0);
      for (const snapshot of added) {
        assert.deepEqual(differencesButHoles(daemon.module("m"), daemon.snapshot("m", snapshot)), []);
      }
      assert.deepEqual(sharedInodes(daemon, "m"), []);
      const alarms = daemon.log().filter(isError).slice(errors);
      assert.deepEqual(
        alarms.map((entry) => entry.BAKUP_KIND),
        alarm === undefined ? [] : [alarm],
      );
    });
  }
});

test("an upload through a planted link does not leave the module", async (context) => {
  const folder = temporaryFolder(context);
  const source = join(folder, "source");
  const daemon = await startWithHistory(context, source);
  const outside = join(folder, "outside");
  mkdirSync(outside);
  symlinkSync(outside, join(source, "out"));
  await rsync("-a", `${source}/`, daemon.url("m"));
  await rsync("-a", "--keep-dirlinks", `${source}/deep/`, `${daemon.url("m")}out/`);
  await daemon.ended(4);
  assert.deepEqual(readdirSync(outside), []);
  assert.ok(!existsSync(join(daemon.folder, "stores/m/deep")));
});

test("a flood of 200 connections leaves the history as it is, and the host alive", async (context) => {
  const source = join(temporaryFolder(context), "source");
  const daemon = await startWithHistory(context, source, "max connections = 4");
  const memory = remember(daemon, "m", temporaryFolder(context));
  const answers = await Promise.all(Array.from({ length: 200 }, () => rsync("-a", `${source}/`, daemon.url("m"))));
  const outcomes = answers.map(({ code, said }) =>
    code === 0
      ? "let in"
      : /max connections \(4\) reached/.test(said)
        ? "too many"
        : /bakup: busy:/.test(said)
          ? "busy"
          : said,
  );
  assert.deepEqual(
    [...new Set(outcomes)].filter((outcome) => !["let in", "too many", "busy"].includes(outcome)),
    [],
  );
  const letIn = outcomes.filter((outcome) => outcome === "let in").length;
  const busy = outcomes.filter((outcome) => outcome === "busy").length;
  assert.ok(letIn > 0);
  await daemon.ended(2 + letIn + busy);
  assert.deepEqual(memory.differences(), []);
  assert.equal(daemon.snapshots("m").length, 2 + letIn);
  assert.deepEqual(daemon.leftovers(), []);
  assert.equal((await rsync("-a", `${source}/`, daemon.url("m"))).code, 0);
});

/** Two uploads of everything that is easy to lose, with a change between them. */
async function startWithHistory(
  context: Parameters<typeof startDaemon>[0],
  source: string,
  settings = "",
): Promise<Daemon> {
  const configuration = "[default]\nexclude[] = *\n";
  const daemon = await startDaemon(context, { modules: { m: "" }, settings, configuration });
  mkdirSync(source);
  makeTree(source);
  for (const round of [1, 2]) {
    writeFileSync(join(source, "changing"), `round ${round}`);
    assert.deepEqual(await rsync(...EVERYTHING, `${source}/`, daemon.url("m")), { code: 0, said: "" });
    await daemon.ended(round);
  }
  return daemon;
}

/** rsync fills the holes of a file whose attributes alone have changed. */
function differencesButHoles(a: string, b: string): string[] {
  return compareTrees(a, b).filter((line) => !line.startsWith("sparse "));
}

function isError(entry: Record<string, unknown>): boolean {
  return entry.PRIORITY === 3;
}

function stripAttributes(source: string): void {
  execFileSync("setfacl", ["-R", "-b", source]);
  execFileSync("chmod", ["-R", "u=rwX,go=", source]);
}

/** To the nanosecond, which only touch can set. */
function rewriteQuietly(source: string): void {
  const path = join(source, "deep/er/and/deeper/still/here");
  const reference = `${source}.time`;
  execFileSync("touch", ["-r", path, reference]);
  writeFileSync(path, "x".repeat(statSync(path).size));
  execFileSync("touch", ["-r", reference, path]);
  assert.ok(readFileSync(path, "utf8").startsWith("xxx"));
}

function linkOut(source: string): void {
  for (const [name, target] of [
    ["etc", "/etc"],
    ["up", ".."],
    ["history", "../../"],
    ["store", "../.bakup"],
    ["system", "/proc/self/root"],
  ] as const) {
    symlinkSync(target, join(source, name));
  }
  rmSync(join(source, "deep"), { recursive: true });
  symlinkSync("../.bakup", join(source, "deep"));
}

function makeDevices(source: string): void {
  execFileSync("mknod", [join(source, "memory"), "c", "1", "1"]);
  execFileSync("mknod", [join(source, "disk"), "b", "254", "0"]);
  execFileSync("mkfifo", [join(source, "pipe")]);
  assert.ok(lstatSync(join(source, "disk")).isBlockDevice());
}

function makeMany(source: string): void {
  mkdirSync(join(source, "many"));
  for (let index = 0; index < MANY; index += 1) {
    writeFileSync(join(source, "many", `file ${index}`), `${index}`);
  }
}

function makeNames(source: string): void {
  for (const name of [
    "-rf",
    "--delete",
    "--config=x",
    "a\nb",
    "\n",
    "$(touch x)",
    "`id`",
    "%RSYNC_PID%",
    "a;b",
    "..x",
    ".bakup",
    " ",
    "*",
  ]) {
    writeFileSync(join(source, name), name);
  }
  mkdirSync(join(source, "2026-01-01T00-00-00Z"));
}

function removeAll(source: string): void {
  for (const name of readdirSync(source)) {
    rmSync(join(source, name), { recursive: true });
  }
}
