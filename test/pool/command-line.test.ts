import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { StoppedError } from "../../src/errors/errors.ts";
import { callMain } from "../cli/call-main.ts";
import { makePlace } from "./place.ts";

const COLLECT = "[collect]\ncollect_dir = @/collect\n[dir-src]\nabs_path = @/src\n";

const WRONG: [args: string[], says: RegExp][] = [
  [[], /no action is given/],
  [["--nonsense", "collect"], /unknown option '--nonsense'/],
  [["collect", "--config"], /argument missing/],
  [["-M", "-N", "collect"], /exclude each other/],
  [["-m", "9", "collect"], /must be octal/],
  [["-o", "root", "collect"], /must be USER:GROUP/],
  [["-o", "0:0", "collect"], /must be USER:GROUP/],
];

for (const [args, says] of WRONG) {
  test(`bakup pool ${args.join(" ")} is a wrong command line: 2`, async () => {
    const { code, stderr } = await callMain("pool", ...args);
    assert.equal(code, 2);
    assert.match(stderr, says);
  });
}

test("help, version and diagnostics end with 0", async () => {
  assert.match((await callMain("pool", "--help")).stdout, /--managed-only/);
  assert.match((await callMain("pool", "--version")).stdout, /^\S+\n$/);
  const { code, stdout } = await callMain("pool", "-D");
  assert.equal(code, 0);
  const names = stdout
    .split("\n")
    .slice(1, -1)
    .map((line) => /^ {3}(\w+)\.*: ./.exec(line)?.[1]);
  assert.deepEqual(names, ["Encoding", "Interpreter", "Locale", "Platform", "Timestamp", "Version"]);
});

test("a log file that cannot be written is 3, before the configuration is read", async (t) => {
  const place = makePlace(t);
  const logfile = place.at("missing/pool.log");
  const { code, stderr } = await callMain("pool", "-l", logfile, "-c", "/nowhere", "collect");
  assert.equal(code, 3);
  assert.ok(stderr.includes(`cannot write the log file ${logfile}`));
});

test("a configuration that is missing, has mistakes, or lacks the action is 4, with all mistakes", async (t) => {
  const place = makePlace(t);
  assert.equal((await place.run(["collect"], { config: "/nowhere" })).code, 4);
  place.configure(`[collect]\ncollect_dir = c\ncollect_mode = x\n`);
  const { code, screen } = await place.run(["validate"]);
  assert.equal(code, 4);
  assert.equal(screen.filter((line) => /pool\.conf:\d+: /.test(line)).length, 2);
  place.configure(COLLECT);
  assert.equal((await place.run(["colect"])).code, 4);
  assert.equal((await place.run(["all", "collect"])).code, 4);
});

test("validate reports what this machine lacks: 4; when nothing is wrong it is silent: 0", async (t) => {
  const place = makePlace(t);
  place.configure(
    `${COLLECT}[stage]\nstaging_dir = @/stage\n[peer-a]\ncollect_dir = /c\nrcp_command = /nowhere/scp -B
     [store]\ntarget_device = /nowhere/sr0\n[purge-x]\nabs_path = @/collect\nretain_days = 1\n`,
    "override[] = tar /nowhere/tar",
  );
  const { code, screen } = await place.run(["validate"]);
  assert.equal(code, 4);
  for (const says of [
    /working_dir: there is no folder/,
    /collect_dir: there is no folder/,
    /staging_dir: there is no folder/,
    /there is no folder .*\/src to collect/,
    /there is no program \/nowhere\/scp/,
    /there is no program \/nowhere\/tar/,
    /target_device: \/nowhere\/sr0 cannot be written/,
    /^8 mistakes$|^9 mistakes$/,
  ]) {
    assert.ok(
      screen.some((line) => says.test(line)),
      `${says}\n${screen.join("\n")}`,
    );
  }
  for (const file of ["work/x", "collect/x", "src/x"]) {
    place.write(file);
  }
  place.configure(COLLECT);
  assert.deepEqual((await place.run(["validate"])).screen, []);
});

test("a run without trouble is silent and in the log file, whose mode is kept; --verbose shows it", async (t) => {
  const place = makePlace(t);
  place.write("src/file");
  place.configure(COLLECT);
  const quiet = await place.run(["collect"], { mode: "604", owner: "root:root" });
  assert.deepEqual([quiet.code, quiet.screen], [0, []]);
  assert.equal(statSync(place.at("pool.log")).mode & 0o777, 0o604);
  for (const line of quiet.log.trimEnd().split("\n")) {
    assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d UTC --> \[(INFO {3}|WARNING|ERROR {2})\] \S/);
  }
  assert.match(quiet.log, /run completed with status 0\n$/);
  const loud = await place.run(["collect"], { mode: "600", verbose: true });
  assert.ok(loud.screen.some((line) => line.startsWith("collected ")));
  assert.equal(statSync(place.at("pool.log")).mode & 0o777, 0o604);
  assert.ok(loud.log.startsWith(quiet.log), "the log file is added to");
});

test("--debug records the programs and their output, --output the output alone, --quiet hides errors", async (t) => {
  const place = makePlace(t);
  place.configure(COLLECT, "pre_action_hook[] = collect /bin/echo hello from the hook");
  const logfile = (name: string) => place.at(name);
  const debug = await place.run(["collect"], { debug: true, logfile: logfile("debug") });
  assert.match(debug.log, /\[DEBUG {2}\] running \/bin\/echo hello/);
  assert.match(debug.log, /^hello from the hook$/m);
  const output = await place.run(["collect"], { output: true, logfile: logfile("output"), quiet: true });
  assert.doesNotMatch(output.log, /running/);
  assert.match(output.log, /^hello from the hook$/m);
  assert.deepEqual([output.code, output.screen], [6, []]);
});

test("an action without its section is 6, and what follows is not begun", async (t) => {
  const place = makePlace(t);
  place.write("purged/old");
  place.configure("[purge-a]\nabs_path = @/purged\nretain_days = 0\n");
  const { code, screen, log } = await place.run(["collect", "purge"]);
  assert.equal(code, 6);
  assert.match(screen[0] ?? "", /no section \[collect\]/);
  assert.match(log, /run completed with status 6\n$/);
  assert.deepEqual(place.tree("purged"), ["old"]);
});

test("an error of the system is one line, not a stack", async (t) => {
  const place = makePlace(t);
  place.write("src/file");
  place.write("collect", "no folder");
  place.configure(COLLECT);
  const { code, screen } = await place.run(["collect"]);
  assert.equal(code, 6);
  assert.equal(screen.length, 1);
  assert.match(screen[0] ?? "", /^E\w+: .*collect/);
});

test("--stack shows where an error comes from", async (t) => {
  const place = makePlace(t);
  place.configure("[purge-a]\nabs_path = @/purged\nretain_days = 0\n");
  const plain = await place.run(["collect"]);
  assert.ok(!plain.screen.some((line) => line.includes(" at ")));
  const { code, screen } = await place.run(["collect"], { stack: true });
  assert.equal(code, 6);
  assert.ok(screen.some((line) => /^ +at .*collect/.test(line)));
});

test("a run that is stopped ends with 5, stops what it has started, and leaves no mark", async (t) => {
  const place = makePlace(t);
  place.write("src/file");
  place.configure(
    COLLECT,
    `post_action_hook[] = collect /bin/sh ${place.at("hook")}\npre_action_hook[] = collect /bin/sh ${place.at("hook")}`,
  );
  writeFileSync(place.at("hook"), `echo $$ > ${place.at("pid")}; exec sleep 1000\n`);
  const controller = new AbortController();
  const run = place.run(["collect"], { signal: controller.signal });
  while ((statSync(place.at("pid"), { throwIfNoEntry: false })?.size ?? 0) === 0) {
    await sleep(10);
  }
  controller.abort(new StoppedError("SIGINT"));
  const { code, screen } = await run;
  assert.equal(code, 5);
  assert.match(screen.join(), /stopped by SIGINT/);
  const pid = Number(readFileSync(place.at("pid"), "utf8"));
  assert.throws(() => process.kill(pid, 0));
  assert.deepEqual(
    place.tree(".").filter((path) => path.startsWith("collect")),
    [],
  );
});

test("what is collected and staged can be read by its owner alone, whatever the umask was", async (t) => {
  const place = makePlace(t);
  place.write("src/file");
  place.configure(`${COLLECT}[stage]\nstaging_dir = @/stage\n[peer-a]\ntype = local\ncollect_dir = @/collect\n`);
  const words = `umask 0; exec node --import tsx src/bin/bakup.ts pool -c ${place.at("pool.conf")} -l ${place.at("log")} collect stage`;
  execFileSync("sh", ["-c", words]);
  const archives = [...place.tree("collect"), ...place.tree("stage")].filter((name) => name.endsWith(".tar.gz"));
  assert.equal(archives.length, 2);
  const [collected = "", staged = ""] = archives;
  const modes = [`collect/${collected}`, `stage/${staged}`].map((path) => statSync(place.at(path)).mode & 0o777);
  assert.deepEqual(modes, [0o600, 0o600]);
});

test("two runs with one working directory do not meet: the second ends with 6", async (t) => {
  const place = makePlace(t);
  place.write("src/file");
  place.configure(COLLECT, `pre_action_hook[] = collect /bin/sh ${place.at("hook")}`);
  writeFileSync(
    place.at("hook"),
    `touch ${place.at("started")}; while ! test -e ${place.at("go")}; do sleep 0.05; done\n`,
  );
  const first = place.run(["collect"]);
  while (statSync(place.at("started"), { throwIfNoEntry: false }) === undefined) {
    await sleep(10);
  }
  const second = await place.run(["collect"], { logfile: place.at("second.log") });
  place.write("go");
  assert.equal(second.code, 6);
  assert.match(second.screen.join(), /already running: bakup pool collect/);
  assert.equal((await first).code, 0);
});

test("hooks run around their action; when one before it fails the action is not done, and its words are in the log", async (t) => {
  const place = makePlace(t);
  place.write("src/file");
  place.configure(
    COLLECT,
    `pre_action_hook[] = collect /bin/sh -c "echo pre $BAKUP_ACTION >> ${place.at("order")}"
post_action_hook[] = collect /bin/sh -c "ls ${place.at("collect")} >> ${place.at("order")}"`,
  );
  assert.equal((await place.run(["collect"])).code, 0);
  assert.match(readFileSync(place.at("order"), "utf8"), /^pre collect\ncback\.collect\n.*\.tar\.gz\n$/);
  const other = makePlace(t);
  other.write("src/file");
  other.configure(COLLECT, `pre_action_hook[] = collect /bin/sh -c "echo why it failed >&2; exit 3"`);
  const { code, screen } = await other.run(["collect"]);
  assert.equal(code, 6);
  assert.match(screen.join("\n"), /why it failed[\s\S]*failed with exit code 3/);
  assert.ok(!other.tree(".").includes("collect/"));
});

test("a command as an extension learns what the run is about; one that fails stops what follows", async (t) => {
  const place = makePlace(t);
  place.configure(
    `[purge-a]\nabs_path = @/work\nretain_days = 9\n[action-note]\nindex = 1
     command = /bin/sh -c "echo $BAKUP_ACTION $BAKUP_DAY $BAKUP_FULL > @/noted; exit $(cat @/code)"\n`,
  );
  place.write("code", "0");
  assert.equal((await place.run(["note", "purge"], { full: true })).code, 0);
  assert.equal(readFileSync(place.at("noted"), "utf8"), "note 2026/11/25 1\n");
  place.write("code", "7");
  const { code, log } = await place.run(["note", "purge"], { logfile: place.at("second.log") });
  assert.equal(code, 6);
  assert.doesNotMatch(log, /action purge begins/);
});
