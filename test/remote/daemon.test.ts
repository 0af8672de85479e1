import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { BakupError, DestinationContextUnavailable } from "../../src/errors/errors.ts";
import type { RunReport } from "../../src/run/execute.ts";
import { makeFileSystem, run, shell } from "../integration/file-system.ts";
import { startBakup } from "../run/child.ts";
import { makePlace, runHere } from "../run/make-job.ts";
import { compareTrees } from "../store/compare-trees.ts";
import { makeTree } from "../store/make-tree.ts";
import { type DaemonHost, daemonJob, startDaemon } from "./daemon-host.ts";
import { freePort } from "./far-host.ts";
import { slowRsync } from "./slow-rsync.ts";

async function prepare(t: TestContext, module = "") {
  const place = makePlace(t);
  const daemon = await startDaemon(t, place.top, { module });
  return { place, daemon, job: daemonJob(place, daemon) };
}

function hintOf({ error }: RunReport): string {
  return error instanceof BakupError ? (error.hint ?? "") : "";
}

test("three transfers with changes, into a folder of the module and no other one, and back again", async (t) => {
  const { place, daemon, job } = await prepare(t);
  makeTree(place.source);
  const changes = ["", "chmod 600 zero; rm -r deep; echo x >new", "mv new newer; rm linked-3"];
  for (const change of changes) {
    shell(place.source, change);
    const report = await runHere(job);
    assert.equal(report.exitCode, 0, report.message);
    assert.deepEqual(compareTrees(place.source, join(daemon.path, "laptop")), []);
  }
  assert.deepEqual(readdirSync(daemon.path), ["laptop"]);
  const unchanged = await runHere(job);
  assert.equal(unchanged.transferred?.unchanged, true);
  const back = join(place.top, "back");
  run("rsync", [
    "-aHAX",
    "--modify-window=-1",
    "--numeric-ids",
    "--sparse",
    `rsync://127.0.0.1:${daemon.port}/backup/laptop/`,
    `${back}/`,
  ]);
  assert.deepEqual(compareTrees(place.source, back), []);
});

test("what the filters leave out is deleted there, and ACLs live on an xfs there as well", async (t) => {
  const disk = makeFileSystem(t, "xfs", { mebibytes: 400 });
  const place = makePlace(t);
  const daemon = await startDaemon(t, place.top, { path: join(disk.path, "module") });
  makeTree(place.source);
  const job = daemonJob(place, daemon);
  assert.equal((await runHere(job)).exitCode, 0);
  shell(place.source, "setfacl -m u:99:r acl; touch acl");
  const exclude = ["names/", "/deep/er"];
  const filters = { excludedRoots: [join(place.source, "empty folder")], exclude, oneFileSystem: true };
  const guard = { maxDeletePercent: 100, maxRewritePercent: 100 };
  const report = await runHere({ ...job, filters, guard });
  assert.equal(report.exitCode, 0, report.message);
  shell(place.source, "rm -r names deep/er 'empty folder'");
  const left = compareTrees(place.source, join(daemon.path, "laptop")).filter((line) => !line.startsWith("mtime"));
  assert.deepEqual(left, []);
});

test("the module itself, and a folder with blanks, brackets and quotes in its name", async (t) => {
  const { place, daemon } = await prepare(t);
  const odd = `a [b] 'c' "$(touch x)" *`;
  assert.equal((await runHere(daemonJob(place, daemon, { directory: odd }))).exitCode, 0);
  assert.deepEqual(readdirSync(daemon.path), [odd]);
  rmSync(join(daemon.path, odd), { recursive: true });
  assert.equal((await runHere(daemonJob(place, daemon, { directory: "" }))).exitCode, 0);
  assert.deepEqual(compareTrees(place.source, daemon.path), []);
});

test("a dry run uploads nothing", async (t) => {
  const { daemon, job } = await prepare(t);
  const report = await runHere({ ...job, dryRun: true });
  assert.equal(report.plan?.changes.created, 3, report.message);
  assert.deepEqual(readdirSync(daemon.path), []);
});

test("the guard refuses a disaster before the upload", async (t) => {
  const { place, daemon, job } = await prepare(t);
  await runHere(job);
  shell(place.source, "rm -r *; echo pay >note");
  const report = await runHere(job);
  assert.equal(report.exitCode, 5);
  assert.match(report.message, /would be deleted/);
  assert.ok(existsSync(join(daemon.path, "laptop/file")));
});

test("a source that loses its disk between the plan and the upload takes next to nothing with it", async (t) => {
  const { place, daemon, job } = await prepare(t);
  shell(place.source, "touch $(seq 300)");
  assert.equal((await runHere(job)).exitCode, 0);
  shell(place.source, "echo new >file; rm 1 2 3");
  const onStep = (step: string) => {
    if (step === "transfer") {
      shell(place.source, "mv file ..; rm -r *; mv ../file .");
    }
  };
  const report = await runHere(job, { observer: { onStep } });
  assert.equal(report.exitCode, 5, report.message);
  assert.match(report.message, /the limit of deletions stopped it/);
  assert.match(hintOf(report), /is its disk mounted/);
  // Those of the plan, and so many as half of a handful.
  assert.equal(readdirSync(join(daemon.path, "laptop"), { recursive: true }).length, 303 - 3 - 20);
});

for (const source of ["empty", "missing"]) {
  test(`a source that is ${source} uploads nothing and deletes nothing`, async (t) => {
    const { place, daemon, job } = await prepare(t);
    assert.equal((await runHere(job)).exitCode, 0);
    rmSync(place.source, { recursive: true });
    if (source === "empty") {
      mkdirSync(place.source);
    }
    const report = await runHere(job);
    assert.equal(report.exitCode, 5);
    assert.match(report.message, /is empty|does not exist/);
    assert.deepEqual(readdirSync(join(daemon.path, "laptop")).sort(), ["file", "folder"]);
  });
}

test("snapshots are refused before the transfer; a profile leaves them to the other machine and says so", async (t) => {
  const { daemon, job } = await prepare(t);
  const actions = { backup: true, snapshot: true, rotate: true };
  const refused = await runHere({ ...job, actions });
  assert.ok(refused.error instanceof DestinationContextUnavailable);
  assert.match(hintOf(refused), /bakup-post-xfer/);
  assert.deepEqual(readdirSync(daemon.path), []);
  const profile = await runHere({ ...job, actions, reach: { transferIsEnough: true } });
  assert.equal(profile.exitCode, 0, profile.message);
  assert.equal(profile.log.filter(({ kind }) => kind === "snapshotSkipped").length, 1);
});

const REFUSALS: readonly [string, string, Parameters<typeof daemonJob>[2], RegExp, RegExp][] = [
  ["an unknown module", "", { module: "nowhere" }, /has no module "nowhere"/, /check the name/],
  ["a read-only module", "", { module: "readable" }, /the module of rsync:\S+ is read-only/, /read only = no/],
  [
    "a host that is not allowed",
    "hosts allow = 192.0.2.1",
    {},
    /access .*denie|denies this machine access/,
    /hosts allow/,
  ],
  ["a missing folder of the module", "path = /no/such/folder", {}, /folder of the module .* is missing/, /mounted/],
];

for (const [what, module, changes, message, hint] of REFUSALS) {
  test(`${what}: what, where and what to do`, async (t) => {
    const { place, daemon } = await prepare(t, module);
    const report = await runHere(daemonJob(place, daemon, changes));
    assert.equal(report.exitCode, 5);
    assert.match(report.message, message);
    assert.match(hintOf(report), hint);
    assert.ok(!report.log.some(({ fields }) => /trying again/.test(String(fields.text))));
  });
}

test("a password comes from a file or a credential that only its owner may read", async (t) => {
  const place = makePlace(t);
  const secrets = join(place.top, "secrets");
  writeFileSync(secrets, "me:right\n", { mode: 0o600 });
  const daemon = await startDaemon(t, place.top, { module: `auth users = me\nsecrets file = ${secrets}` });
  const passwordFile = join(place.top, "password");
  const job = daemonJob(place, daemon, { username: "me", reach: { passwordFile } });

  const absent = await runHere(job);
  assert.equal(absent.exitCode, 1);
  assert.match(absent.message, /password file .* cannot be read: ENOENT/);
  writeFileSync(passwordFile, "wrong\n", { mode: 0o644 });
  chmodSync(passwordFile, 0o644);
  const open = await runHere(job);
  assert.equal(open.exitCode, 1);
  assert.match(hintOf(open), /chmod 600/);
  chmodSync(passwordFile, 0o600);
  const wrong = await runHere(job);
  assert.equal(wrong.exitCode, 5);
  assert.match(wrong.message, /does not accept the user or the password for its module "backup"/);
  assert.ok(!JSON.stringify(wrong.log).includes("wrong"));
  writeFileSync(passwordFile, "right\n");
  assert.equal((await runHere(job)).exitCode, 0);

  const reach = { passwordFile: "credential:password" };
  const outside = await runHere({ ...job, reach });
  assert.match(outside.message, /\$CREDENTIALS_DIRECTORY is not set/);
  process.env.CREDENTIALS_DIRECTORY = place.top;
  t.after(() => delete process.env.CREDENTIALS_DIRECTORY);
  assert.equal((await runHere({ ...job, reach })).exitCode, 0);
});

test("an upload that the server finds too early is skipped with its reason", async (t) => {
  const place = makePlace(t);
  const script = join(place.top, "pre-xfer");
  writeFileSync(script, "#!/bin/sh\necho 'bakup: not due: next upload at 22:00'\nexit 1\n", { mode: 0o755 });
  const daemon = await startDaemon(t, place.top, { module: `pre-xfer exec = ${script}` });
  const report = await runHere(daemonJob(place, daemon));
  assert.equal(report.exitCode, 75, report.message);
  assert.match(report.message, /says: not due: next upload at 22:00$/);
  assert.ok(report.log.some(({ kind }) => kind === "runSkipped"));
  writeFileSync(script, "#!/bin/sh\necho 'bakup: busy: another upload is running'\nexit 1\n");
  const busy = await runHere(daemonJob(place, daemon, { reach: { retrySeconds: [] } }));
  assert.equal(busy.exitCode, 2);
  assert.match(busy.message, /another upload is running/);
});

/** Kills the daemon once, when the transfer is on its way. */
function killOnce(daemon: DaemonHost, then: () => void = () => undefined) {
  let killed = false;
  return ({ bytes }: { bytes: number }) => {
    if (!killed && bytes > 100_000) {
      killed = true;
      daemon.kill();
      then();
    }
  };
}

test("the daemon goes in the middle: the same run goes on when it is back, else it fails and the next is whole", async (t) => {
  const { place, daemon, job } = await prepare(t);
  slowRsync(t, place.top);
  writeFileSync(join(place.source, "large"), Buffer.alloc(1_500_000, "abcdefg"));
  const onProgress = killOnce(daemon, () => void daemon.start());
  // A new daemon may take its time.
  const patient = daemonJob(place, daemon, { reach: { retrySeconds: [0.2, 0.5, 1, 2, 4, 8, 8] } });
  const report = await runHere(patient, { observer: { onProgress } });
  assert.equal(report.exitCode, 0, report.message);
  assert.ok(report.log.some(({ fields }) => /trying again/.test(String(fields.text))));
  assert.deepEqual(compareTrees(place.source, join(daemon.path, "laptop")), []);

  writeFileSync(join(place.source, "second"), Buffer.alloc(1_500_000, "hijklmn"));
  const gone = await runHere(job, { observer: { onProgress: killOnce(daemon) } });
  assert.equal(gone.exitCode, 5);
  assert.match(gone.message, /cannot be reached: .*Connection refused/);
  await daemon.start();
  const next = await runHere(job);
  assert.equal(next.exitCode, 0, next.message);
  assert.deepEqual(compareTrees(place.source, join(daemon.path, "laptop")), []);
});

test("bakup backup asks for -b before it sends anything, and then does the transfer", async (t) => {
  const { place, daemon } = await prepare(t);
  mkdirSync(join(daemon.path, "x"));
  const location = `rsync://127.0.0.1:${daemon.port}/backup/x`;
  const options = ["--disable-notifications", "--log-format", "human"];
  const refused = await startBakup(["backup", ...options, place.source, location], {}).ended;
  assert.equal(refused.code, 5);
  assert.match(refused.stderr, /runs no commands: no snapshots can be made there/);
  assert.match(refused.stderr, /use --backup alone here, and bakup-post-xfer/);
  assert.deepEqual(readdirSync(join(daemon.path, "x")), []);
  const excluded = ["backup", "--backup", ...options, place.source, location];
  const done = await startBakup(excluded, {}).ended;
  assert.equal(done.code, 0, done.stderr);
  const nobody = await startBakup(
    ["backup", "-b", ...options, place.source, `rsync://127.0.0.1:${await freePort()}/m`],
    {},
  ).ended;
  assert.equal(nobody.code, 5);
  assert.match(nobody.stderr, /cannot be reached: .*Connection refused/);
  assert.ok(!nobody.stderr.includes("trying again"));
});
