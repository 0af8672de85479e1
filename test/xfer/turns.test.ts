import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { compareTrees } from "../store/compare-trees.ts";
import { answerOf, rsync, startRsync, temporaryFolder } from "./client.ts";
import { startDaemon } from "./daemon.ts";
import { sharedInodes } from "./history.ts";

const CLIENTS = Number(process.env.BAKUP_TEST_CLIENTS ?? 32);
const KEEP_ALL = "[default]\nexclude[] = *\n";

test("a second upload at the same time is told so, and the first one is kept", async (context) => {
  const source = makeSource(temporaryFolder(context), 40_000);
  const daemon = await startDaemon(context, { modules: { m: "" }, configuration: KEEP_ALL });
  const first = startRsync("-a", "--bwlimit=20k", `${source}/`, daemon.url("m"));
  const ended = answerOf(first);
  await sleep(700);
  const second = await rsync("-a", `${source}/`, daemon.url("m"));
  assert.notEqual(second.code, 0);
  assert.match(second.said, /^bakup: busy: another upload to this module, begun at .*, is not done; try again later$/m);
  assert.equal((await ended).code, 0);
  await daemon.ended(2);
  assert.equal(daemon.snapshots("m").length, 1);
});

test("an upload while the helper works is told to wait, and gets its turn afterwards", async (context) => {
  const source = makeSource(temporaryFolder(context), 10);
  const daemon = await startDaemon(context, { modules: { m: "" }, beforePost: "sleep 2", configuration: KEEP_ALL });
  assert.equal((await rsync("-a", `${source}/`, daemon.url("m"))).code, 0);
  assert.match((await rsync("-a", `${source}/`, daemon.url("m"))).said, /bakup: busy: /);
  await daemon.ended(2);
  assert.equal((await rsync("-a", `${source}/`, daemon.url("m"))).code, 0);
  assert.equal((await daemon.ended(3)).length, 3);
  assert.equal(daemon.snapshots("m").length, 2);
  assert.deepEqual(daemon.leftovers(), []);
});

test("a listing and a download need no turn", async (context) => {
  const source = makeSource(temporaryFolder(context), 10);
  const daemon = await startDaemon(context, { modules: { m: "" }, beforePost: "sleep 1" });
  await rsync("-a", `${source}/`, daemon.url("m"));
  assert.equal((await rsync(daemon.url("m"))).code, 0);
  assert.equal((await rsync("-a", daemon.url("m"), `${source}/down/`)).code, 0);
  await daemon.ended(3);
});

test("a killed rsyncd frees the module", async (context) => {
  const source = makeSource(temporaryFolder(context), 40_000);
  const daemon = await startDaemon(context, { modules: { m: "" }, configuration: KEEP_ALL });
  const client = startRsync("-a", "--bwlimit=5k", `${source}/`, daemon.url("m"));
  const ended = answerOf(client);
  await sleep(700);
  for (const pid of descendantsOf(daemon.pid)) {
    process.kill(pid, "SIGKILL");
  }
  assert.notEqual((await ended).code, 0);
  assert.deepEqual(daemon.leftovers().length, 2);
  assert.deepEqual(await rsync("-a", `${source}/`, daemon.url("m")), { code: 0, said: "" });
  await daemon.ended(1);
  assert.equal(daemon.snapshots("m").length, 1);
});

test("a killed helper leaves no half snapshot and no taken turn, and the next upload is kept whole", async (context) => {
  const source = makeSource(temporaryFolder(context), 10);
  for (let index = 0; index < 4000; index += 1) {
    writeFileSync(join(source, `sub/${index}`), `${index}`);
  }
  const daemon = await startDaemon(context, { modules: { m: "" }, configuration: KEEP_ALL });
  assert.equal((await rsync("-a", `${source}/`, daemon.url("m"))).code, 0);
  const building = join(daemon.module("m"), "../.bakup/new");
  while (!existsSync(building) || readdirSync(building).length === 0) {
    await sleep(5);
  }
  for (const pid of descendantsOf(daemon.pid).filter((candidate) =>
    /^node.*post-xfer\.cjs/s.test(commandOf(candidate)),
  )) {
    process.kill(pid, "SIGKILL");
  }
  await daemon.ended(1);
  assert.deepEqual(daemon.snapshots("m"), []);
  assert.deepEqual(await rsync("-a", `${source}/`, daemon.url("m")), { code: 0, said: "" });
  await daemon.ended(2);
  const [newest = ""] = daemon.snapshots("m");
  assert.deepEqual(compareTrees(daemon.module("m"), daemon.snapshot("m", newest)), []);
  assert.deepEqual(daemon.leftovers(), []);
});

test("an upload goes on when its connection's process is killed, and the module stays taken until it has ended", async (context) => {
  const source = makeSource(temporaryFolder(context), 40_000);
  const daemon = await startDaemon(context, { modules: { m: "" }, configuration: KEEP_ALL });
  const ended = answerOf(startRsync("-a", "--bwlimit=10k", `${source}/`, daemon.url("m")));
  await sleep(700);
  for (const pid of childrenOf(daemon.pid)) {
    process.kill(pid, "SIGKILL");
  }
  assert.match((await rsync("-a", `${source}/`, daemon.url("m"))).said, /bakup: busy: /);
  await ended;
  assert.deepEqual(await rsync("-a", `${source}/`, daemon.url("m")), { code: 0, said: "" });
  await daemon.ended(2);
  assert.equal(daemon.snapshots("m").length, 1);
});

test("without pre-xfer, only what differs from the newest snapshot is kept", async (context) => {
  const source = makeSource(temporaryFolder(context), 10);
  const daemon = await startDaemon(context, { modules: { m: "" }, pre: false, configuration: KEEP_ALL });
  await rsync("-a", `${source}/`, daemon.url("m"));
  await daemon.ended(1);
  await rsync(daemon.url("m"));
  await rsync("-an", "--delete", `${source}/sub/`, daemon.url("m"));
  await rsync("-a", daemon.url("m"), `${source}/down/`);
  await rsync("-a", `${source}/missing`, daemon.url("m"));
  await daemon.ended(5);
  assert.equal(daemon.snapshots("m").length, 1);
  writeFileSync(join(source, "sub/new"), "new");
  await rsync("-a", `${source}/`, daemon.url("m"));
  await daemon.ended(6);
  assert.equal(daemon.snapshots("m").length, 2);
  assert.deepEqual(daemon.leftovers(), []);
});

test("without post-xfer, a module does not stay taken", async (context) => {
  const source = makeSource(temporaryFolder(context), 10);
  const daemon = await startDaemon(context, { modules: { m: "post-xfer exec =" } });
  assert.equal((await rsync("-a", `${source}/`, daemon.url("m"))).code, 0);
  await sleep(200);
  assert.equal((await rsync("-a", `${source}/`, daemon.url("m"))).code, 0);
});

test(`${CLIENTS} clients at once to as many modules: every history is right`, async (context) => {
  const folder = temporaryFolder(context);
  const names = Array.from({ length: CLIENTS }, (_, index) => `m${index}`);
  const sources = names.map((name) => makeSource(join(folder, name), 5000));
  const daemon = await startDaemon(context, {
    modules: Object.fromEntries(names.map((name) => [name, ""])),
    configuration: KEEP_ALL,
    wrapper: `NODE_OPTIONS=--require=${measuring(folder)}`,
  });
  for (const round of [1, 2]) {
    for (const source of sources) {
      writeFileSync(join(source, "sub/round"), `${round}`);
    }
    const answers = await Promise.all(
      names.map((name, index) => rsync("-a", "--delete", `${sources[index]}/`, daemon.url(name))),
    );
    assert.deepEqual(
      answers.filter(({ code }) => code !== 0),
      [],
    );
    await daemon.ended(round * CLIENTS);
  }
  for (const [index, name] of names.entries()) {
    const [first = "", second = ""] = daemon.snapshots(name);
    assert.equal(readFileSync(join(daemon.snapshot(name, first), "sub/round"), "utf8"), "1");
    assert.deepEqual(compareTrees(sources[index] ?? "", daemon.snapshot(name, second)), []);
    assert.deepEqual(sharedInodes(daemon, name), []);
  }
  const kilobytes = readFileSync(join(folder, "memory"), "utf8").trim().split("\n").map(Number);
  context.diagnostic(`peak memory of the largest of ${kilobytes.length} helpers: ${Math.max(...kilobytes) / 1024} MiB`);
  assert.ok(Math.max(...kilobytes) < 200 * 1024);
});

/** A script that notes the peak memory (KiB) of the node that loads it. */
function measuring(folder: string): string {
  const script = join(folder, "measure.cjs");
  const note = `require("node:fs").appendFileSync(${JSON.stringify(join(folder, "memory"))}, process.resourceUsage().maxRSS + "\\n")`;
  writeFileSync(script, `process.on("exit", () => ${note});`);
  return script;
}

function makeSource(folder: string, bytes: number): string {
  mkdirSync(join(folder, "source/sub"), { recursive: true });
  writeFileSync(join(folder, "source/file"), Buffer.alloc(bytes, "y"));
  writeFileSync(join(folder, "source/sub/other"), "more");
  return join(folder, "source");
}

function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, "latin1");
}

function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return children === "" ? [] : children.split(" ").map(Number);
}
